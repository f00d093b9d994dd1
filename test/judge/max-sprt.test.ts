import { lookAtRateRatio, newRateRatio, ratioGrid, ratioInterval, ratioLogFactors } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import { bernoulliInterval } from './reference/confseq.ts'
import { binomialAlarm, binomialCritical, poissonCritical } from './reference/max-sprt.ts'
import { binomial } from './enumeration.ts'
import { intervalFrom, vectors } from './vectors.ts'

describe('the reference, MaxSPRT', () => {
  test('has the published critical values of the Poisson test', () => {
    for (const [situation, critical] of Object.entries(vectors.maxsprt_poisson_cv)) {
      const [, horizon, alpha] = /^T=(\S+),alpha=(\S+)$/.exec(situation)?.map(Number) ?? []
      expect([situation, poissonCritical(horizon ?? 0, alpha ?? 0).toFixed(6)]).toEqual([situation, critical.toFixed(6)])
    }
  })

  test('has the published critical values and exact false alarms of the binomial test', () => {
    for (const [situation, [critical, alarms]] of Object.entries(vectors.maxsprt_binomial_cv)) {
      const [, horizon, p, alpha] = /^N=(\S+),p=(\S+),alpha=(\S+)$/.exec(situation)?.map(Number) ?? []
      const found = binomialCritical(horizon ?? 0, p ?? 0, alpha ?? 0)
      const { chance } = binomialAlarm(horizon ?? 0, p ?? 0, found)
      expect([situation, found.toFixed(6), chance.toFixed(6)]).toEqual([situation, critical.toFixed(6), alarms.toFixed(6)])
    }
  })
})

/** Exact fate of the ratio process when it looks after every failure, with the stake that it begins with. */
const processAlarm = (horizon: number, share: number, alpha: number, truth: number) => {
  let chances = [1]
  let chance = 0
  let trials = 0
  for (let n = 1; n <= horizon; n++) {
    trials += 1 - chance
    const next = Array.from({ length: n + 1 }, (_, x) => (chances[x] ?? 0) * (1 - truth) + (chances[x - 1] ?? 0) * truth)
    chances = next.map((mass, x) => {
      const factors = ratioLogFactors(intervalFrom([1000 * share, 1000 * (1 - share), x, n - x]))
      const evidence = 0.2 + (0.8 * factors.reduce((sum, ln) => sum + Math.exp(ln), 0)) / ratioGrid.length
      if (evidence < 1 / alpha) return mass
      chance += mass
      return 0
    })
  }
  return { chance, trials }
}

describe('the ratio process beside the exact test that knows when it must end', () => {
  for (const [share, alpha, horizon] of [
    [0.5, 0.05, 60],
    [0.25, 0.05, 60],
    [0.1, 0.05, 60],
    [0.1, 0.01, 60],
    [0.5, 0.01, 80],
  ] as const) {
    test(`at a share of ${share} and a budget of ${alpha} keeps the budget, and needs at most 1.4 times as many failures`, () => {
      const critical = binomialCritical(horizon, share, alpha)
      expect(binomialAlarm(horizon, share, critical).chance).toBeLessThanOrEqual(alpha)
      expect(processAlarm(horizon, share, alpha, share).chance).toBeLessThanOrEqual(alpha)
      for (const ratio of [3, 5, 10]) {
        const truth = (ratio * share) / (ratio * share + 1 - share)
        const exact = binomialAlarm(horizon, share, critical, truth)
        const ours = processAlarm(horizon, share, alpha, truth)
        expect(ours.trials / exact.trials).toBeLessThan(1.4)
      }
    })
  }
})

/** Fixed-sample interval of a chance by Clopper and Pearson: what may be said at one moment only. */
const clopperPearson = (x: number, n: number, error: number) => {
  const solve = (tail: (p: number) => number) => {
    let [low, high] = [0, 1]
    for (let round = 0; round < 40; round++) {
      const middle = (low + high) / 2
      if (tail(middle) < error / 2) low = middle
      else high = middle
    }
    return low
  }
  const atLeast = (k: number, p: number) =>
    binomial(n, p)
      .slice(k)
      .reduce((sum, chance) => sum + chance, 0)
  return [x === 0 ? 0 : solve((p) => atLeast(x, p)), x === n ? 1 : 1 - solve((p) => atLeast(n - x, p))] as const
}

const asRatio = (chance: number, share: number) => (chance / (1 - chance)) * ((1 - share) / share)

describe('the interval of the rate ratio', () => {
  const cases = [0.1, 0.5].flatMap((share) =>
    [5, 20, 60].flatMap((n) => [0, 0.1, 0.3, 0.6, 0.9].map((part) => [share, n, Math.round(part * n)] as const)),
  )

  test('holds all that the exact interval of one moment holds, and overlaps the one of all moments', () => {
    for (const [share, n, x] of cases) {
      const { low, high } = ratioInterval(
        lookAtRateRatio(newRateRatio(), intervalFrom([10_000 * share, 10_000 * (1 - share), x, n - x]), 1),
        0.05,
      )
      const [fixedLow, fixedHigh] = clopperPearson(x, n, 0.05).map((chance) => asRatio(chance, share))
      expect(low ?? 0).toBeLessThanOrEqual(fixedLow ?? 0)
      expect(high ?? Infinity).toBeGreaterThanOrEqual(fixedHigh ?? Infinity)
      const [anytimeLow, anytimeHigh] = bernoulliInterval(x, n, 0.05, n).map((chance) => asRatio(chance, share))
      expect(low ?? 0).toBeLessThan(anytimeHigh ?? Infinity)
      expect(high ?? Infinity).toBeGreaterThan(anytimeLow ?? 0)
    }
  })
})
