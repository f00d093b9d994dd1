import { beforeEach, describe, expect, test } from '@jest/globals'
import { recordStore, type ReleaseRecord } from '@deploy-kit/records'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryDocuments } from '../fakes/memory-documents.ts'
import { history, version } from './history.ts'

const { signal } = new AbortController()
let clock: ManualClock
let documents: MemoryDocuments
beforeEach(() => {
  clock = new ManualClock()
  documents = new MemoryDocuments(clock)
})

const write = async (records: readonly ReleaseRecord[], limit = 20): Promise<readonly ReleaseRecord[]> => {
  const store = recordStore(documents, { clock, limit })
  for (const record of records.toReversed()) await store.append(record, signal)
  return store.list(signal)
}

/** A target where somebody else writes between every read and write. */
const neverFirst = (target: MemoryDocuments, record: ReleaseRecord): Pick<MemoryDocuments, 'read' | 'write'> => ({
  read: async (name) => {
    const found = await target.read(name)
    await target.write(name, JSON.parse(JSON.stringify({ version: 1, records: [record] })), found?.version)
    return found
  },
  write: (name, value, expected) => target.write(name, value, expected),
})

const stored = async (value: unknown): Promise<readonly ReleaseRecord[]> => {
  await documents.write('records', JSON.parse(JSON.stringify(value)), undefined)
  return recordStore(documents).list(signal)
}

describe('keeping the records in the target', () => {
  test('there are none before the first release', async () => {
    expect(await recordStore(documents).list(signal)).toEqual([])
  })

  test('what was written is read, newest first', async () => {
    const records = history('A promoted', 'B rolled back to A', 'A returns from B')
    expect(await write(records)).toEqual(records)
  })

  test('a record that is written twice is there once, in its place', async () => {
    const records = history('A promoted', 'B promoted')
    await write(records)
    const [, first] = records as [ReleaseRecord, ReleaseRecord]
    await recordStore(documents, { clock }).append({ ...first, evidence: 'none worse' }, signal)
    expect((await recordStore(documents).list(signal)).map(({ id, evidence }) => [id, evidence])).toEqual([['r2', undefined], ['r1', 'none worse']]) // prettier-ignore
  })

  test('two that write at once are both kept', async () => {
    const [second, first] = history('A promoted', 'B promoted') as [ReleaseRecord, ReleaseRecord]
    const store = recordStore(documents, { clock })
    await Promise.all([store.append(first, signal), store.append(second, signal)])
    expect((await store.list(signal)).map(({ id }) => id).toSorted()).toEqual(['r1', 'r2'])
  })

  test('who is always too late gives up with the conflict', async () => {
    const [record, other] = history('A promoted', 'B promoted') as [ReleaseRecord, ReleaseRecord]
    const store = recordStore(documents, { clock })
    const busy = { ...neverFirst(documents, other), remove: documents.remove.bind(documents) }
    await expect(recordStore(busy, { clock }).append(record, signal)).rejects.toMatchObject({ code: 'document-conflict' })
    expect((await store.list(signal)).map(({ id }) => id)).toEqual(['r1'])
  })

  test('a failure of the target is not taken for a conflict', async () => {
    documents.failing = new Error('no answer')
    await expect(recordStore(documents, { clock }).append(history('A promoted')[0] as ReleaseRecord, signal)).rejects.toThrow('no answer')
  })

  test('only the newest are kept, but never without the releases to return to', async () => {
    const attempts = Array.from({ length: 10 }, () => 'D aborted by the judge')
    const kept = await write(history('X promoted', 'A promoted', 'B promoted unverified', 'C promoted', ...attempts), 5)
    expect(kept.map(({ id }) => id)).toEqual(['r14', 'r13', 'r12', 'r11', 'r10', 'r4', 'r2'])
  })
})

describe('reading what others wrote', () => {
  test('what a record does not say is not made up: it is unverified', async () => {
    const { digest } = version('A')
    expect(
      await stored({ version: 1, records: [{ id: 'r1', at: 5, outcome: 'promoted', release: { digest, image: 'shop' }, colour: 'red' }] }),
    ).toEqual([
      {
        id: 'r1',
        at: 5,
        kind: 'release',
        outcome: 'promoted',
        release: { digest, image: 'shop', environment: {}, configuration: '' },
        run: { id: 'unknown', attempt: 1 },
        verified: {},
      },
    ])
  })

  test('a newer format is neither read nor overwritten', async () => {
    await expect(stored({ version: 2, entries: [] })).rejects.toMatchObject({
      code: 'records-newer',
      message: expect.stringContaining('format 2'),
    })
    await expect(recordStore(documents, { clock }).append(history('A promoted')[0] as ReleaseRecord, signal)).rejects.toMatchObject({
      code: 'records-newer',
    })
    expect((await documents.read('records'))?.value).toEqual({ version: 2, entries: [] })
  })

  test.each([
    ['no document of ours', ['r1'], /^The records cannot be read: /],
    [
      'a field of another type',
      { version: 1, records: [{ id: 'r1', at: 'noon', outcome: 'promoted', release: { digest: 'd', image: 'i' } }] },
      /records\.0\.at: /,
    ],
    [
      'an outcome that there is not',
      { version: 1, records: [{ id: 'r1', at: 1, outcome: 'fine', release: { digest: 'd', image: 'i' } }] },
      /records\.0\.outcome: /,
    ],
  ])('%s is an error that names the place', async (_what, value, message) => {
    await expect(stored(value)).rejects.toMatchObject({ code: 'records-invalid', message: expect.stringMatching(message) })
  })
})
