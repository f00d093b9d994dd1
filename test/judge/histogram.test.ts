import { densityRatios, quantile, rising, slowdownBeyondLogFactor, slowdownLogFactor, slowdownsFor, smoothed } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'

const boundaries = [0.1, 0.5, 2]
const ways = (n: number, k: number): number => (k === 0 ? 1 : (ways(n, k - 1) * (n - k + 1)) / k)

/** Every way in which n requests fall into three buckets, with its chance. */
function* outcomes(n: number, p: readonly number[]): Generator<{ counts: number[]; chance: number }> {
  const [p0 = 0, p1 = 0, p2 = 0] = p
  for (let a = 0; a <= n; a++) {
    for (let b = 0; b <= n - a; b++)
      yield { counts: [a, b, n - a - b], chance: ways(n, a) * ways(n - a, b) * p0 ** a * p1 ** b * p2 ** (n - a - b) }
  }
}

describe('the histogram process', () => {
  test('has a mean of at most 1 for every canary that is not slower, whatever was guessed of stable', () => {
    let largest = 0
    for (const ratios of [
      [0.5, 1, 3],
      [0.9, 0.9, 12],
      [0.2, 1.5, 1.5],
    ]) {
      for (const stable of [
        [0.6, 0.3, 0.1],
        [0.05, 0.05, 0.9],
        [0.98, 0.01, 0.01],
      ]) {
        for (const canary of [stable, [1, 0, 0], [(stable[0] ?? 0) + (stable[2] ?? 0), stable[1] ?? 0, 0]]) {
          let mean = 0
          for (const c of outcomes(4, canary))
            for (const b of outcomes(5, stable)) mean += c.chance * b.chance * Math.exp(slowdownLogFactor(c.counts, b.counts, ratios))
          largest = Math.max(largest, mean)
        }
      }
    }
    expect(largest).toBeLessThanOrEqual(1 + 1e-9)
    expect(largest).toBeGreaterThan(0.95)
  })

  test('with a margin has a mean of at most 1 for every canary within it, and nearly 1 on its edge', () => {
    let largest = 0
    for (const margin of [
      { ratio: 1.3, absolute: 0 },
      { ratio: 1, absolute: 0.05 },
      { ratio: 1.1, absolute: 0.02 },
    ]) {
      for (const guess of [
        [0.6, 0.3, 0.1],
        [0.2, 0.4, 0.4],
      ]) {
        for (const stable of [
          [0.6, 0.3, 0.1],
          [0.05, 0.05, 0.9],
          [0.98, 0.01, 0.01],
        ]) {
          const slower = [1, 2].map((j) => Math.min(1, margin.ratio * stable.slice(j).reduce((sum, p) => sum + p, 0) + margin.absolute))
          const [over = 0, far = 0] = slower
          for (const canary of [stable, [1 - over, over - far, far], [1 - over, over, 0], [1, 0, 0]]) {
            for (const ratios of [
              [0.5, 1, 6],
              [0.2, 1.5, 3],
            ]) {
              let mean = 0
              for (const c of outcomes(3, canary))
                for (const b of outcomes(5, stable))
                  mean += c.chance * b.chance * Math.exp(slowdownBeyondLogFactor(c.counts, b.counts, ratios, guess, margin))
              largest = Math.max(largest, mean)
            }
          }
        }
      }
    }
    expect(largest).toBeLessThanOrEqual(1 + 1e-9)
    expect(largest).toBeGreaterThan(0.95)
  })

  test('with a vanishing margin is the test without one, when its guesses are right', () => {
    const [stable, ratios] = [
      [0.6, 0.3, 0.1],
      [0.5, 1, 4],
    ]
    const counts = [
      [55, 34, 41],
      [590, 310, 95],
    ] as const
    const plain = slowdownLogFactor(...counts, ratios)
    expect(slowdownBeyondLogFactor(...counts, ratios, stable, { ratio: 1, absolute: 1e-9 }) / plain).toBeCloseTo(1, 2)
    const within = slowdownBeyondLogFactor(...counts, ratios, stable, { ratio: 1.1, absolute: 0.02 })
    expect(within).toBeGreaterThan(0)
    expect(within).toBeLessThan(plain)
  })

  test('learns nothing while one side is silent', () => {
    expect(slowdownBeyondLogFactor([0, 0, 0], [5, 2, 1], [0.5, 1, 3], [0.6, 0.3, 0.1], { ratio: 1.1, absolute: 0.01 })).toBe(0)
    expect(slowdownBeyondLogFactor([5, 2, 1], [0, 0, 0], [0.5, 1, 3], [0.6, 0.3, 0.1], { ratio: 1.1, absolute: 0.01 })).toBe(0)
    expect(slowdownLogFactor([0, 0, 0], [5, 2, 1], [0.5, 1, 3])).toBe(0)
    expect(slowdownLogFactor([5, 2, 1], [0, 0, 0], [0.5, 1, 3])).toBe(0)
  })

  test('never loses evidence to a request that moves into a slower bucket', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }),
        fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }),
        fc.nat(2),
        (canary, stable, from) => {
          fc.pre((canary[from] ?? 0) > 0)
          const slower = canary.map((count, j) => (j === from ? count - 1 : j === from + 1 ? count + 1 : count))
          const ratios = [0.5, 0.9, 1.4, 6]
          expect(slowdownLogFactor(slower, stable, ratios)).toBeGreaterThanOrEqual(slowdownLogFactor(canary, stable, ratios) - 1e-9)
        },
      ),
    )
  })

  test('bets on slowdowns that make slow buckets likelier, and a scale moves the median by its factor', () => {
    const stable = smoothed([400, 550, 40, 10])
    const { slowdowns, prior } = slowdownsFor(stable)
    expect(prior.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
    for (const slowdown of slowdowns) {
      const ratios = densityRatios(slowdown, boundaries, stable)
      expect(ratios).toEqual([...ratios].sort((a, b) => a - b))
      expect(ratios.reduce((sum, h, j) => sum + h * (stable[j] ?? 0), 0)).toBeCloseTo(1, 9)
    }
    const doubled = densityRatios({ kind: 'tail', boundary: 1, ratio: 3 }, boundaries, stable)
    expect(((doubled[2] ?? 0) * ((stable[2] ?? 0) + (stable[3] ?? 0))) / ((stable[2] ?? 0) + (stable[3] ?? 0))).toBeCloseTo(3, 9)
  })
})

test('the nearest rising sequence pools what falls', () => {
  expect(rising([1, 3, 2, 4], [1, 1, 1, 1])).toEqual([1, 2.5, 2.5, 4])
  expect(rising([3, 2, 1], [1, 1, 2])).toEqual([1.75, 1.75, 1.75])
})

test('quantiles are interpolated inside a bucket, and never beyond the last boundary', () => {
  expect(quantile([100, 0, 0, 0], boundaries, 0.5)).toBeCloseTo(0.05, 12)
  expect(quantile([50, 50, 0, 0], boundaries, 0.75)).toBeCloseTo(Math.sqrt(0.1 * 0.5), 12)
  expect(quantile([0, 0, 0, 5], boundaries, 0.5)).toBe(2)
  expect(quantile([0, 0, 0, 0], boundaries, 0.5)).toBeNull()
})
