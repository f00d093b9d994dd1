import { forecast } from '@deploy-kit/judge'
import { expect, test } from '@jest/globals'
import { vectors } from './vectors.ts'

test('a forecast gives the published times', () => {
  for (const [situation, { wald, T50, T95 }] of Object.entries(vectors.plan)) {
    const [, rps, weight, baseline, regression] = /^(\S+)rps w=(\S+) (\S+)->(\S+)$/.exec(situation)?.map(Number) ?? []
    const times = forecast({
      rps: rps ?? 0,
      weight: (weight ?? 0) * 100,
      baseline: baseline ?? 0,
      regression: regression ?? 0,
      pollMs: 15_000,
    })
    const seconds = [times.limitMs, times.detectMedianMs, times.detectP95Ms].map((ms) => ms / 1000)
    expect({
      situation,
      limit: Number(seconds[0]?.toFixed(1)),
      T50: Math.round(seconds[1] ?? 0),
      T95: Math.round(seconds[2] ?? 0),
    }).toEqual({ situation, limit: wald, T50, T95 })
  }
})

const cleanStep = (weight: number) =>
  forecast({ rps: 100, weight, baseline: 1e-7, regression: 0.01, pollMs: 0, options: { tolerance: { absolute: 0 } } }).promoteMedianMs

test('a clean step takes as long at every weight, since the margin shrinks as the weight grows', () => {
  expect(cleanStep(25) / cleanStep(5)).toBeCloseTo(1, 1)
  expect(cleanStep(5)).toBeGreaterThan((1000 * Math.log(20)) / (100 * 0.001))
})

test('impossible situations are refused by name', () => {
  expect(() => forecast({ rps: 0, weight: 5, baseline: 0.01, regression: 0.1 })).toThrow('rps is 0')
  expect(() => forecast({ rps: 10, weight: 0, baseline: 0.01, regression: 0.1 })).toThrow('weight is 0')
  expect(() => forecast({ rps: 10, weight: 5, baseline: 0.1, regression: 0.1 })).toThrow('baseline is 0.1')
})
