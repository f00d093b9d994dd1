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
      options: { overdispersion: 1 },
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

test('synthetic requests are evidence as well, of their own weight, and the only one where there are no users', () => {
  const users = { rps: 2, weight: 10, baseline: 0.001, regression: 0.1, options: { overdispersion: 1 } }
  const probes = { rps: 20, weight: 50 }
  const [alone, helped] = [forecast(users), forecast({ ...users, strata: [probes] })]
  expect(helped.promoteMedianMs).toBeLessThan(alone.promoteMedianMs / 5)
  expect(helped.detectMedianMs).toBeLessThan(alone.detectMedianMs / 5)
  expect(helped.limitMs).toBeLessThan(alone.limitMs / 5)
  // The margin is that of the step, whose harm is that of the users.
  const only = forecast({ ...users, rps: 0, strata: [probes] })
  expect(only.promoteMedianMs / helped.promoteMedianMs).toBeGreaterThan(1)
  expect(only.promoteMedianMs / helped.promoteMedianMs).toBeLessThan(1.1)
  expect(forecast({ ...users, strata: [{ rps: 0, weight: 50 }] })).toEqual(alone)
  expect(() => forecast({ ...users, rps: 0 })).toThrow('rps is 0')
  expect(() => forecast({ ...users, strata: [{ rps: -1, weight: 50 }] })).toThrow('rps is -1')
  expect(() => forecast({ ...users, strata: [{ rps: 1, weight: 0 }] })).toThrow('weight is 0')
})

const passes = (baseline: number) => forecast({ rps: 200, weight: 10, baseline, regression: 1, pollMs: 0 })

test('the time to pass grows smoothly with the failures of the service, also where they are no longer counted one by one', () => {
  const rates = Array.from({ length: 29 }, (_, k) => 0.01 * 1.08 ** k)
  const growth = rates.slice(1).flatMap((rate, k) => {
    const [before, after] = [passes(rates[k] ?? 0), passes(rate)]
    return [after.promoteMedianMs / before.promoteMedianMs, after.promoteP95Ms / before.promoteP95Ms]
  })
  expect(Math.min(...growth)).toBeGreaterThan(0.98)
  expect(Math.max(...growth)).toBeLessThan(1.1)
})

test('a service that always fails proves nothing', () => {
  expect(forecast({ rps: 200, weight: 100, baseline: 0.99, regression: 1 }).promoteMedianMs).toBe(Infinity)
})

/** Looks at a stable whose failures come one by one. */
const intervals = (looks: number) => Array.from({ length: looks }, (_, k) => ({ requests: 1350, failures: k % 4 === 0 ? 9 : 6 }))

test('where nobody knows how failures clump it takes longer, until as much of stable is known as rules clumps out', () => {
  const outlook = { rps: 100, weight: 10, baseline: 0.005, regression: 0.02, pollMs: 15_000 }
  const known = (looks: number) =>
    forecast({ ...outlook, options: { history: { requests: 0, failures: 0, intervals: intervals(looks) } } }).detectMedianMs
  const independent = forecast({ ...outlook, options: { overdispersion: 1 } }).detectMedianMs
  expect(known(0)).toBeGreaterThan(2 * independent)
  expect(known(16)).toBeLessThan(known(0))
  expect(known(120)).toBe(independent)
  // A look with one failure says as much either way, so few failures in a look cost little.
  const often = { ...outlook, pollMs: 100 }
  expect(forecast(often).detectMedianMs / forecast({ ...often, options: { overdispersion: 1 } }).detectMedianMs).toBeLessThan(1.3)
})
