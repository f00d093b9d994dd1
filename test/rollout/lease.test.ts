import { beforeEach, describe, expect, test } from '@jest/globals'
import { KitError, silentLogger, type RunIdentity } from '@deploy-kit/core'
import { findLease, holdLease, leaseDocument, refuseHeld, type HeldLease, type HoldRequest, type Lease } from '@deploy-kit/rollout'
import { MemoryDocuments } from '../fakes/memory-documents.ts'
import { SteppedClock } from '../fakes/stepped-clock.ts'

const never = new AbortController().signal
const ann: RunIdentity = { id: 'acme/shop/7', attempt: 1, link: 'https://ci.test/7', actor: 'ann' }
const bob: RunIdentity = { id: 'acme/shop/8', attempt: 1 }
const intent = {
  safe: 'stable',
  weight: { last: 5, next: 25 },
  from: 'sha256:old',
  to: 'sha256:new',
  doing: 'shifting, step 2 of 4, 25 %',
} as const
const later = { ...intent, weight: { last: 25, next: 50 } }

let clock: SteppedClock
let documents: MemoryDocuments
beforeEach(() => {
  clock = new SteppedClock()
  documents = new MemoryDocuments(clock)
})

const hold = (run: RunIdentity, more: Partial<HoldRequest> = {}): Promise<HeldLease> =>
  holdLease({ documents, run, ttlMs: 60_000, intent, state: null, replaces: undefined, clock, log: silentLogger, ...more })
const stored = async (): Promise<Lease | undefined> => (await documents.read(leaseDocument))?.value as unknown as Lease | undefined
const ageMs = async (): Promise<number | undefined> => (await documents.read(leaseDocument))?.ageMs
/** Another process takes the lease, as one does that found it expired. */
const takenBy = async (run: RunIdentity): Promise<HeldLease> => {
  const lease = await documents.read(leaseDocument)
  return hold(run, { replaces: lease?.version })
}

const found = async (run: RunIdentity): Promise<string> => (await findLease(documents, run, never)).kind

describe('who looks for the lease', () => {
  test('finds it free', async () => {
    expect(await found(ann)).toBe('free')
  })

  test('finds it held by another run, until its time is over', async () => {
    const lease = await hold(bob)
    await lease.leave()
    await clock.advance(60_000)
    expect(await found(ann)).toBe('held')
    await clock.advance(1)
    expect(await found(ann)).toBe('expired')
  })

  test('finds its own, and that of an earlier attempt, however old', async () => {
    const lease = await hold(ann)
    await lease.leave()
    await clock.advance(600_000)
    expect(await found(ann)).toBe('own')
    expect(await found({ ...ann, attempt: 2 })).toBe('own')
  })

  test('as an earlier attempt, finds a later one in its place', async () => {
    await hold({ ...ann, attempt: 2 })
    expect(await found(ann)).toBe('held')
  })

  test('is told by whom it is held, what is going on there, for how long, and where to look', async () => {
    await hold(ann)
    clock.step(42_000)
    const seen = await findLease(documents, bob, never)
    if (seen.kind !== 'held') throw new Error('it is held')
    expect(() => refuseHeld(seen.lease)).toThrow(
      expect.objectContaining({
        code: 'lease-held',
        message:
          'Run acme/shop/7 (attempt 1) of ann is releasing sha256:new: shifting, step 2 of 4, 25 %, ' +
          'last sign of life 42 s ago, expires after 1 m. https://ci.test/7',
      }),
    )
  })

  test('is told as much of a holder without name and link', async () => {
    await hold(bob)
    const seen = await findLease(documents, ann, never)
    if (seen.kind !== 'held') throw new Error('it is held')
    expect(() => refuseHeld(seen.lease)).toThrow(/^Run acme\/shop\/8 \(attempt 1\) is releasing .* expires after 1 m\.$/)
  })
})

describe('who takes the lease', () => {
  test('writes down who, since when and what for', async () => {
    await hold(ann)
    expect(await stored()).toEqual({ holder: ann, acquiredAt: clock.now(), ttlMs: 60_000, intent, state: null })
  })

  test('is refused when somebody was faster', async () => {
    const { version } = await documents.write(leaseDocument, null, undefined).then((written) => ({ version: written }))
    await hold(bob, { replaces: version })
    await expect(hold(ann, { replaces: version })).rejects.toMatchObject({ code: 'document-conflict' })
    expect(await stored()).toMatchObject({ holder: bob })
  })

  test('has it although the answer was lost', async () => {
    documents.answersToLose = 1
    const lease = await hold(ann)
    await lease.write(later, null)
    expect(await stored()).toMatchObject({ holder: ann, intent: later })
  })
})

describe('the heartbeat', () => {
  test('comes every third of the time to live', async () => {
    await hold(ann)
    await clock.advance(19_999)
    expect(await ageMs()).toBe(19_999)
    await clock.advance(1)
    expect(await ageMs()).toBe(0)
    await clock.advance(20_000)
    expect(await ageMs()).toBe(0)
  })

  test('keeps what was written last', async () => {
    const lease = await hold(ann)
    await lease.write(later, { step: 2 })
    await clock.advance(20_000)
    expect(await stored()).toMatchObject({ intent: later, state: { step: 2 } })
  })

  test('goes on after an API that did not answer', async () => {
    const lease = await hold(ann)
    documents.failing = new KitError('platform-unreachable', 'connect ECONNREFUSED')
    await clock.advance(20_000)
    documents.failing = undefined
    await clock.advance(20_000)
    expect(await ageMs()).toBe(0)
    expect(lease.lost.aborted).toBe(false)
  })

  test('notices a lease that was taken over, names who took it, and leaves it alone', async () => {
    const lease = await hold(bob)
    await takenBy(ann)
    await clock.advance(20_000)
    expect(lease.lost.reason).toMatchObject({
      code: 'lease-lost',
      message: 'The lease of this run was taken over. Run acme/shop/7 (attempt 1) holds it now. https://ci.test/7',
    })
    expect(await stored()).toMatchObject({ holder: ann })
    expect(clock.sleeping).toBe(1) // that of the new holder
  })

  test('that is due at the moment of the release does not bring the lease back', async () => {
    const lease = await hold(ann)
    clock.step(20_000)
    await lease.release()
    await clock.advance(20_000)
    expect(await stored()).toBeUndefined()
  })

  test('never overtakes an intent', async () => {
    const lease = await hold(ann)
    clock.step(20_000)
    await Promise.all([lease.write(later, 1), clock.advance(0), lease.write(intent, 2)])
    expect(await stored()).toMatchObject({ intent, state: 2 })
  })
})

describe('a write of the holder', () => {
  test('whose answer was lost is no loss of the lease', async () => {
    const lease = await hold(ann)
    documents.answersToLose = 1
    await lease.write(later, null)
    await lease.write(intent, null)
    expect(lease.lost.aborted).toBe(false)
    expect(await stored()).toMatchObject({ intent })
  })

  test.each<[string, RunIdentity]>([
    ['another run', bob],
    ['a later attempt', { ...ann, attempt: 2 }],
    ['post, or another job, of the same attempt', ann],
  ])('is refused after %s took the lease', async (_who, thief) => {
    const lease = await hold(ann)
    clock.step(1)
    await takenBy(thief)
    await expect(lease.write(later, null)).rejects.toMatchObject({ code: 'lease-lost' })
    await expect(lease.write(later, null)).rejects.toMatchObject({ code: 'lease-lost' })
    expect(await stored()).toMatchObject({ holder: thief, intent })
  })

  test('is refused after somebody removed the lease', async () => {
    const lease = await hold(ann)
    await documents.remove(leaseDocument, (await documents.read(leaseDocument))?.version ?? '')
    await expect(lease.write(later, null)).rejects.toMatchObject({ code: 'lease-lost', message: expect.stringContaining('It is gone.') })
    expect(await stored()).toBeUndefined()
  })

  test('passes the fault of an API on, and the next one goes through', async () => {
    const lease = await hold(ann)
    documents.failing = new KitError('platform-unreachable', 'connect ECONNREFUSED')
    await expect(lease.write(later, null)).rejects.toMatchObject({ code: 'platform-unreachable' })
    documents.failing = undefined
    await lease.write(later, null)
    expect(await stored()).toMatchObject({ intent: later })
  })

  test('may change how long the lease lives, and the heartbeat follows', async () => {
    const lease = await hold(ann)
    await lease.write(intent, null, 600_000)
    await clock.advance(20_000)
    await clock.advance(199_999)
    expect(await ageMs()).toBe(199_999)
    expect(await stored()).toMatchObject({ ttlMs: 600_000 })
  })
})

describe('at the end', () => {
  test('release removes the lease and ends the heartbeat', async () => {
    const lease = await hold(ann)
    await lease.release()
    expect(await stored()).toBeUndefined()
    expect(clock.sleeping).toBe(0)
  })

  test('leave keeps it as it is, to expire', async () => {
    const lease = await hold(ann)
    await lease.leave()
    await clock.advance(60_000)
    expect(await ageMs()).toBe(60_000)
    expect(clock.sleeping).toBe(0)
  })

  test('release whose answer was lost has released', async () => {
    const lease = await hold(ann)
    documents.answersToLose = 1
    await lease.release()
    expect(await stored()).toBeUndefined()
  })

  test('release finds its own last write, of which it never heard', async () => {
    const lease = await hold(ann)
    documents.answersToLose = 1
    const read = documents.read.bind(documents)
    documents.read = () => Promise.reject(new KitError('platform-unreachable', 'connect ECONNREFUSED'))
    await expect(lease.write(later, null)).rejects.toMatchObject({ code: 'platform-unreachable' })
    documents.read = read
    await lease.release()
    expect(await stored()).toBeUndefined()
  })

  test('release leaves the lease of somebody else alone, and is no fault', async () => {
    const lease = await hold(ann)
    await takenBy(bob)
    await lease.release()
    expect(await stored()).toMatchObject({ holder: bob })
  })

  test('release of a lease that is known to be lost, likewise', async () => {
    const lease = await hold(ann)
    await takenBy(bob)
    await clock.advance(20_000)
    await lease.release()
    expect(await stored()).toMatchObject({ holder: bob })
  })
})
