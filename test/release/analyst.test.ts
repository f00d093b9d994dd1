import { describe, expect, test } from '@jest/globals'
import type { Counts, CountSource, Look } from '@deploy-kit/rollout'
import { createAnalyst } from '../../packages/release/src/deploy/analyst.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const look = (weight: number, stepBegan = false): Look => ({ weight, mode: 'rollout', stepBegan })
const side = (requests: number, failures = 0) => ({ requests, failures })
const never = new AbortController().signal

/** An analyst that reads what is told to it, 15 s after the look before. */
const hearing = () => {
  const clock = new ManualClock()
  let next: Omit<Counts, 'at'> | Error = { canary: undefined, stable: undefined }
  const source: CountSource = {
    check: async () => undefined,
    read: async () => {
      if (next instanceof Error) throw next
      return { at: clock.now(), ...next }
    },
  }
  const analyst = createAnalyst(source, { weights: [5, 100] }, clock, 15_000)
  return {
    clock,
    hears: async (counts: typeof next, at: Look) => {
      clock.time += 15_000
      next = counts
      return analyst.look(at, never)
    },
  }
}

describe('what a source tells', () => {
  test('of the time before a step, when the canary had no traffic, is not held against it', async () => {
    const { clock, hears } = hearing()
    const began = clock.now()
    for (let minute = 0; minute < 4; minute += 1) {
      const verdict = await hears({ from: began - 60_000, canary: undefined, stable: side(6_000) }, look(5, minute === 0))
      expect(verdict.kind).toBe('insufficient')
    }
  })

  test('of the present step is: a canary that gets nothing fails', async () => {
    const { hears } = hearing()
    let last = await hears({ canary: undefined, stable: side(6_000) }, look(5, true))
    for (let minute = 0; minute < 4; minute += 1) last = await hears({ canary: undefined, stable: side(6_000) }, look(5))
    expect(last).toMatchObject({ kind: 'fail', culprit: 'no-traffic' })
  })

  test('of the step before proves nothing of this one, however good it was', async () => {
    const { clock, hears } = hearing()
    const good = { canary: side(3_000), stable: side(57_000) }
    expect(await hears({ from: clock.now(), ...good }, look(5, true))).toMatchObject({ kind: 'insufficient' })
    expect(await hears({ from: clock.now(), ...good }, look(5))).toMatchObject({ kind: 'pass' })
  })

  test('that cannot be is a fault of the source, not of the canary', async () => {
    const { hears } = hearing()
    expect(await hears({ canary: side(5, 9), stable: side(100) }, look(5, true))).toMatchObject({
      kind: 'provider-error',
      error: { code: 'metrics-unavailable' },
    })
  })

  test('says how long the step takes, once there was an interval whose begin is known', async () => {
    const { hears } = hearing()
    const steady = { canary: side(150), stable: side(2_850) }
    expect(await hears(steady, look(5, true))).not.toHaveProperty('evidence.ahead')
    const verdict = await hears(steady, look(5))
    expect(verdict).toMatchObject({ evidence: { ahead: { perSecond: 200, passMs: expect.any(Number), detectMs: expect.any(Number) } } })
  })

  test('when it is out of order, is no verdict at all', async () => {
    const { hears } = hearing()
    expect(await hears(new Error('connection refused'), look(5, true))).toMatchObject({ kind: 'provider-error' })
  })
})
