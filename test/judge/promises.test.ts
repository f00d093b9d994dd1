import { createJudge, type JudgeOptions, type JudgeState, type Sample } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { binomial, seeded } from '../../bench/judge/random.ts'

/** Verdicts that end so many rollouts; seeded, so the same every time. */
const endings = (runs: number, looks: number, canary: number, stable: number, options: JudgeOptions) => {
  const counts: Record<string, number> = {}
  for (let run = 0; run < runs; run++) {
    const uniform = seeded(run * 7919 + 1)
    const judge = createJudge(options)
    let verdict: string = 'insufficient'
    for (let look = 1; look <= looks && verdict !== 'fail' && verdict !== 'pass'; look++) {
      verdict = judge.observe({
        at: look * 15_000,
        weight: 10,
        stepBegan: look === 1,
        mode: 'rollout',
        canary: { requests: 150, failures: binomial(uniform, 150, canary) },
        stable: { requests: 1350, failures: binomial(uniform, 1350, stable) },
      }).verdict
    }
    counts[verdict] = (counts[verdict] ?? 0) + 1
  }
  return counts
}
const upTo = (budget: number, runs: number) => Math.ceil(runs * (budget + 3 * Math.sqrt((budget * (1 - budget)) / runs)))

describe('the promises, by simulation (bench/judge has the large one)', () => {
  test('a canary that is no worse is rolled back no more often than the budget says', () => {
    const { fail = 0 } = endings(200, 60, 0.01, 0.01, {
      falseRollbacks: 0.05,
      weights: [10],
      tolerance: { ratio: 1, absolute: 0 },
      falsePromotions: 1e-9,
    })
    expect(fail).toBeGreaterThan(0)
    expect(fail).toBeLessThanOrEqual(upTo(0.05, 200))
  })

  test('a canary exactly on the margin passes no more often than the budget says', () => {
    const { pass = 0 } = endings(150, 40, 0.021, 0.01, { weights: [10], falseRollbacks: 1e-9 })
    expect(pass).toBeGreaterThan(0)
    expect(pass).toBeLessThanOrEqual(upTo(0.05, 150))
  })

  test('a bad canary is always sent back, and a good one passes', () => {
    expect(endings(50, 240, 0.04, 0.01, { weights: [10] })).toEqual({ fail: 50 })
    expect(endings(50, 240, 0.001, 0.001, { weights: [10] })).toEqual({ pass: 50 })
  })
})

const side = fc.option(
  fc.nat(400).chain((requests) => fc.nat(requests).map((failures) => ({ requests, failures }))),
  { nil: undefined },
)
const rollout = fc.array(
  fc.record({
    weight: fc.constantFrom(0, 5, 50, 100),
    stepBegan: fc.boolean(),
    mode: fc.constantFrom('rollout' as const, 'watch' as const),
    canary: side,
    stable: side,
  }),
  { maxLength: 25 },
)

describe('whatever the counts', () => {
  const options: JudgeOptions = { weights: [5, 50] }

  test('a judge that was saved and restored at any look answers the same, and its state is plain JSON', () => {
    fc.assert(
      fc.property(rollout, fc.nat(25), (looks, cut) => {
        const straight = createJudge(options)
        let restored = createJudge(options)
        for (const [k, look] of looks.entries()) {
          const sample: Sample = { ...look, at: k * 5000 }
          if (k === cut) restored = createJudge(options, JSON.parse(JSON.stringify(restored.state())) as JudgeState | null)
          expect(JSON.stringify(restored.observe(sample))).toBe(JSON.stringify(straight.observe(sample)))
        }
        expect(JSON.parse(JSON.stringify(straight.state()))).toEqual(straight.state())
      }),
    )
  })

  test('a failing verdict stays, silence never passes, and all odds are finite', () => {
    fc.assert(
      fc.property(rollout, (looks) => {
        const judge = createJudge(options)
        let failed = false
        for (const [k, look] of looks.entries()) {
          const { verdict, evidence } = judge.observe({ ...look, at: k * 5000 })
          expect(failed && verdict !== 'fail').toBe(false)
          failed = verdict === 'fail'
          const requests = (look.canary?.requests ?? 0) + (look.stable?.requests ?? 0)
          expect(requests === 0 && verdict !== 'fail' ? verdict : 'no-data').toBe('no-data')
          for (const { odds } of [evidence.against, evidence.promotion, evidence.guard])
            expect(Number.isFinite(odds) && odds >= 0).toBe(true)
        }
      }),
    )
  })

  test('an interval without requests changes no odds', () => {
    fc.assert(
      fc.property(rollout, (looks) => {
        const judge = createJudge(options)
        for (const [k, look] of looks.entries()) judge.observe({ ...look, at: k * 5000 })
        const at = looks.length * 5000
        const before = judge.observe({ at, weight: 5, stepBegan: false, mode: 'rollout', canary: { requests: 0, failures: 0 } }).evidence
        const after = judge.observe({ at: at + 5000, weight: 5, stepBegan: false, mode: 'rollout' }).evidence
        expect(Math.abs(after.against.odds - before.against.odds)).toBeLessThanOrEqual(1e-12 * before.against.odds)
        expect(Math.abs(after.promotion.odds - before.promotion.odds)).toBeLessThanOrEqual(1e-12 * before.promotion.odds)
      }),
    )
  })
})
