import { describe, expect, test } from '@jest/globals'
import { candidates, chooseTarget, lastKnownGood, listing, type ChoiceOptions, type ReleaseRecord } from '@deploy-kit/records'
import { KitError } from '@deploy-kit/core'
import { history, minute, start, version } from './history.ts'

describe('the last known good release', () => {
  test.each<[string, string[], string | undefined, string | undefined]>([
    ['nothing was ever released', [], undefined, undefined],
    ['only what serves was released', ['A promoted'], 'A', undefined],
    ['the one before was good', ['A promoted', 'B promoted'], 'B', 'A'],
    ['a smoke test alone verifies', ['A promoted after smoke', 'B promoted'], 'B', 'A'],
    ['the one before was never verified', ['A promoted', 'B promoted unverified', 'C promoted'], 'C', 'A'],
    ['the one before was aborted', ['A promoted', 'B aborted by the judge', 'C promoted'], 'C', 'A'],
    ['the one before was rolled back', ['A promoted', 'B rolled back to A', 'C promoted'], 'C', 'A'],
    ['the one before was good, then rolled back from', ['A promoted', 'B promoted', 'A returns from B', 'C promoted'], 'C', 'A'],
    ['it was released again and found bad', ['A promoted', 'B promoted', 'B aborted by the judge', 'C promoted'], 'C', 'A'],
    ['it was released again and cancelled', ['A promoted', 'B promoted', 'B aborted by a person', 'C promoted'], 'C', 'B'],
    ['it was bad and then good', ['A promoted', 'B rolled back to A', 'B promoted', 'C promoted'], 'C', 'B'],
    ['a return from it did not happen', ['A promoted', 'B promoted', 'A could not return from B', 'C promoted'], 'C', 'B'],
    ['it was superseded', ['A promoted', 'B superseded', 'C promoted'], 'C', 'A'],
    ['something that was never recorded serves', ['A promoted', 'B promoted'], 'X', 'B'],
    ['nothing serves', ['A promoted'], undefined, 'A'],
    ['only what was found here served before', ['A was found', 'B promoted'], 'B', undefined],
    ['every other was bad', ['A rolled back to X', 'B promoted'], 'B', undefined],
  ])('when %s', (_when, chapters, current, good) => {
    expect(lastKnownGood(history(...chapters), current === undefined ? undefined : version(current))?.release.version).toBe(good)
  })

  test('the same image with another configuration is another release', () => {
    const [newer, older] = history('A promoted', 'A promoted') as [ReleaseRecord, ReleaseRecord]
    const records = [{ ...newer, release: version('A', 'changed') }, older]
    expect(lastKnownGood(records, version('A', 'changed'))).toBe(older)
  })
})

const options: ChoiceOptions = { now: start + 60 * minute, maxAgeMs: 120 * minute }
const refusal = (records: readonly ReleaseRecord[], wanted: string, current: string, more: Partial<ChoiceOptions> = {}): KitError => {
  try {
    chooseTarget(records, wanted, version(current), { ...options, ...more })
  } catch (error) {
    if (error instanceof KitError) return error
    throw error
  }
  throw new Error(`${wanted} was not refused`)
}

describe('choosing where to return to', () => {
  const records = history('A promoted', 'B promoted', 'C rolled back to B', 'D promoted unverified', 'E promoted')
  const shop = version('E')

  test.each([
    ['last-known-good', 'r2'],
    ['a whole digest', 'r1', version('A').digest],
    ['the beginning of a digest', 'r1', 'sha256:414141'],
    ['the beginning of its digits', 'r1', '41414141'],
    ['a record', 'r1', 'r1'],
  ])('%s', (name, id, wanted = name) => {
    expect(chooseTarget(records, wanted, shop, options)).toMatchObject({ kind: 'return', record: { id } })
  })

  test('what ran before deploy-kit came is returned to by name or as the last one, when that is allowed, and never else', () => {
    const found = history('A was found', 'B promoted')
    for (const wanted of ['last-known-good', 'r1', version('A').digest]) {
      expect(chooseTarget(found, wanted, version('B'), { ...options, allowUnverified: true })).toMatchObject({
        kind: 'return',
        record: { id: 'r1' },
      })
      expect(refusal(found, wanted, 'B').message).toContain('it ran here before deploy-kit came, and nothing has verified it')
    }
  })

  test('what serves is already there, by whatever name', () => {
    for (const wanted of ['r5', version('E').digest])
      expect(chooseTarget(records, wanted, shop, options)).toMatchObject({ kind: 'already-there', record: { id: 'r5' } })
  })

  test.each([
    ['sha256:434343', 'rollback-target-quarantined', /it was rolled-back by r3 at 2026-01-02 00:02 UTC \(watch-failed: it failed\)/],
    ['r4', 'rollback-target-unverified', /neither a smoke test nor the judge has verified it here/],
    ['sha256:999999', 'rollback-target-missing', /No record here has the digest/],
    ['4141', 'rollback-target-missing', /neither `last-known-good`, a digest \(6 digits or more\) nor a record/],
    ['previous', 'rollback-target-missing', /neither/],
  ])('%s is refused, and what can be taken is listed', (wanted, code, message) => {
    const error = refusal(records, wanted, 'E')
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(error.message).toContain('The releases here:\n  r5: 454545454545 (E), 2026-01-02 00:04 UTC, serves now\n  r4: ')
    expect(error.message).toContain('\n  r2: 424242424242 (B), 2026-01-02 00:01 UTC, verified')
  })

  test('the beginning of two digests names none', () => {
    const [other, ...rest] = history('A promoted', 'B promoted', 'C promoted') as [ReleaseRecord, ...ReleaseRecord[]]
    const alike = { ...other, release: { ...other.release, digest: `${version('A').digest.slice(0, -1)}0` } }
    expect(refusal([alike, ...rest], '414141', 'B')).toMatchObject({
      code: 'rollback-target-ambiguous',
      message: expect.stringContaining(alike.release.digest),
    })
  })

  test('the unverified is taken only when that is allowed', () => {
    const allowed = { ...options, allowUnverified: true }
    expect(chooseTarget(records, 'r4', shop, allowed)).toMatchObject({ kind: 'return', record: { id: 'r4' } })
    const none = history('A promoted unverified', 'B promoted')
    expect(refusal(none, 'last-known-good', 'B')).toMatchObject({ code: 'rollback-target-missing' })
    expect(chooseTarget(none, 'last-known-good', version('B'), allowed)).toMatchObject({ record: { id: 'r1' } })
  })

  test('never promoted and found bad are refused even then', () => {
    const told = history('A promoted', 'B aborted by a person', 'C aborted by the judge', 'A promoted')
    expect(refusal(told, 'r2', 'A', { allowUnverified: true })).toMatchObject({ code: 'rollback-target-unverified' })
    expect(refusal(told, 'r3', 'A', { allowUnverified: true })).toMatchObject({ code: 'rollback-target-quarantined' })
  })

  test('the last known good may not be too old, what is named may', () => {
    const now = start + 60 * minute
    expect(refusal(records, 'last-known-good', 'E', { now, maxAgeMs: 58 * minute })).toMatchObject({
      code: 'rollback-target-too-old',
      message: expect.stringContaining('r2, is 59 m old; allowed are 58 m'),
    })
    expect(chooseTarget(records, 'r2', shop, { now, maxAgeMs: minute })).toMatchObject({ kind: 'return' })
  })

  test('before the first release there is nothing to return to', () => {
    expect(refusal([], 'last-known-good', 'A').message).toBe(
      'No other release was promoted and verified here and is still good. There are no records yet.',
    )
  })
})

describe('doing it twice changes nothing', () => {
  test.each([
    ['a person rolled back', ['A promoted', 'B promoted', 'C promoted', 'B returns from C'], 'B'],
    ['the watch rolled back', ['A promoted', 'B promoted', 'C rolled back to B'], 'B'],
    [
      'a release was aborted after the return',
      ['A promoted', 'B promoted', 'C promoted', 'B returns from C', 'D aborted by the judge'],
      'B',
    ],
  ])('when %s', (_when, chapters, current) => {
    expect(chooseTarget(history(...chapters), 'last-known-good', version(current), options)).toMatchObject({
      kind: 'already-there',
      record: { release: { version: current } },
    })
  })

  test('after a new release, a return goes to the one that was good before', () => {
    const records = history('A promoted', 'B promoted', 'A returns from B', 'C promoted')
    expect(chooseTarget(records, 'last-known-good', version('C'), options)).toMatchObject({
      kind: 'return',
      record: { release: { version: 'A' } },
    })
  })

  test('it never flips back to the one that was rolled back from', () => {
    const records = history('A promoted', 'B promoted', 'A returns from B')
    expect(refusal(records, version('B').digest, 'A')).toMatchObject({
      code: 'rollback-target-quarantined',
      message: expect.stringContaining('it was rolled back from by r3'),
    })
  })
})

describe('showing the records', () => {
  const records = history('A promoted', 'B promoted after smoke', 'B aborted by the judge', 'A returns from B', 'C promoted')

  test('each release once, with what stands against it', () => {
    expect(candidates(records, version('C')).map(({ record, serves, refusal: against }) => [record.id, serves, against?.code])).toEqual([
      ['r5', true, undefined],
      ['r1', false, undefined],
      ['r2', false, 'rollback-target-quarantined'],
    ])
  })

  test('each record as a row, with its standing', () => {
    expect(listing(records, version('C')).rows.map(({ id, outcome, verified, standing }) => [id, outcome, verified, standing])).toEqual([
      ['r5', 'promoted', 'smoke, judge', 'serves'],
      ['r4', 'rollback, promoted', '–', 'neither a smoke test nor the judge has verified it here'],
      ['r3', 'aborted', '–', expect.stringContaining('rolled back from by r4')],
      ['r2', 'promoted', 'smoke', expect.stringContaining('rolled back from by r4')],
      ['r1', 'promoted', 'smoke, judge', 'last known good'],
    ])
  })

  test('as Markdown nothing from outside is markup', () => {
    const [record] = history('A promoted') as [ReleaseRecord]
    const hostile = { ...record, run: { ...record.run, actor: '@all' }, release: { ...record.release, version: '**1**|<b>' } }
    const [, , row] = listing([hostile]).markdown.split('\n')
    expect(row?.split(/(?<!\\)\|/)).toHaveLength(11)
    expect(row).not.toMatch(/@|<b>|[^\\]\*/)
    expect(row).toContain('<code>414141414141</code>')
    expect(listing([]).markdown).toBe('No release has been recorded here yet.')
  })
})
