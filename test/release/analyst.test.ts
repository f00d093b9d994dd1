import { describe, expect, test } from '@jest/globals'
import type { Json } from '@deploy-kit/core'
import type { History } from '@deploy-kit/judge'
import type { Counts, CountSource, Look, Verdict } from '@deploy-kit/rollout'
import { createAnalyst } from '../../packages/release/src/deploy/analyst.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const look = (weight: number, stepBegan = false): Look => ({ weight, mode: 'rollout', stepBegan })
const side = (requests: number, failures = 0) => ({ requests, failures })
const never = new AbortController().signal

/** An analyst that reads what is told to it, 15 s after the look before. */
const hearing = (history?: History) => {
  const clock = new ManualClock()
  let next: Omit<Counts, 'at'> | Error = { canary: undefined, stable: undefined }
  const source: CountSource = {
    check: async () => undefined,
    read: async () => {
      if (next instanceof Error) throw next
      return { at: clock.now(), ...next }
    },
  }
  const analyst = createAnalyst(source, { judging: { options: { weights: [5, 100] }, probesPerSecond: 0 }, history, clock, pollMs: 15_000 })
  return {
    analyst,
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

describe('what stable did before the rollout', () => {
  const watched = { mode: 'watch', weight: 100, stepBegan: false } as const

  test('is what a version alone is held against, where nobody saw it beside stable', async () => {
    const bad = { canary: undefined, stable: side(400, 40) }
    const blind = hearing()
    for (let turn = 0; turn < 6; turn += 1) expect(await blind.hears(bad, watched)).not.toMatchObject({ kind: 'fail' })
    const knowing = hearing({ requests: 20_000, failures: 20 })
    let last = await knowing.hears(bad, watched)
    for (let turn = 0; turn < 5 && last.kind !== 'fail'; turn += 1) last = await knowing.hears(bad, watched)
    expect(last).toMatchObject({
      kind: 'fail',
      culprit: 'errors',
      evidence: { text: expect.stringContaining('against 0.1 % (20/20000) before') },
    })
  })

  test('is saved with the judge, so that whoever carries on knows it too', async () => {
    const first = hearing({ requests: 20_000, failures: 20 })
    await first.hears({ canary: side(10), stable: side(190) }, look(5, true))
    const second = hearing()
    second.clock.time = first.clock.time
    second.analyst.restore(JSON.parse(JSON.stringify(first.analyst.state())) as Json)
    expect(second.analyst.state()).toEqual(first.analyst.state())
    const next = { canary: side(10), stable: side(190) }
    expect(await second.hears(next, look(5))).toMatchObject({
      evidence: { numbers: { promotion: promotionOf(await first.hears(next, look(5))) } },
    })
  })

  test('sharpens the first look: a clean step passes sooner', async () => {
    const clean = { canary: side(70), stable: side(1_330, 1) }
    const [blind, knowing] = [hearing(), hearing({ requests: 100_000, failures: 75 })]
    const [unsure, sure] = [await blind.hears(clean, look(5, true)), await knowing.hears(clean, look(5, true))]
    expect(promotionOf(sure).odds).toBeGreaterThan(promotionOf(unsure).odds)
  })
})

const promotionOf = (verdict: Verdict) => {
  if (verdict.kind === 'provider-error') throw verdict.error
  return (verdict.evidence.numbers as unknown as { readonly promotion: { readonly odds: number } }).promotion
}
