import { advance, evidenceIn, newMixture, ratioGrid, ratioLogFactor, ratioLogFactors, stakesOf } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { expectation } from './enumeration.ts'
import { close, intervalFrom, vectors } from './vectors.ts'

const { intervals, restart_at: restarts, E } = vectors.ratio_eprocess

const run = (rho: number) => {
  let mixture = newMixture(ratioGrid.length)
  return intervals.map((counts, index) => {
    const stake = index === restarts[0] ? 0.75 : index === restarts[1] ? 0.25 : 0
    mixture = advance(
      mixture,
      ratioGrid.map(() => stake),
      ratioLogFactors(intervalFrom(counts), rho),
    )
    return evidenceIn(mixture)
  })
}

const interval = fc.tuple(fc.nat(500), fc.nat(5000)).chain(([nc, nb]) => fc.tuple(fc.constant(nc), fc.constant(nb), fc.nat(nc), fc.nat(nb)))

describe('the ratio process', () => {
  test('gives the published e-values for the vectors, with a restart', () => {
    expect(run(1).map((value, k) => close(value, E[k] ?? NaN))).toEqual(E.map(() => true))
    const tolerant = vectors['ratio_eprocess_rho1.5'].E
    expect(run(1.5).map((value, k) => close(value, tolerant[k] ?? NaN))).toEqual(tolerant.map(() => true))
  })

  test('has a mean of at most 1 for every pair of rates inside the tolerance', () => {
    let largest = 0
    for (const [nc, nb] of [
      [1, 1],
      [2, 5],
      [5, 2],
      [6, 6],
    ] as const) {
      for (const rho of [1, 1.3]) {
        for (const stable of [0.001, 0.05, 0.3, 0.7]) {
          const canary = Math.min(1, rho * stable)
          for (const r of [1.1, 2, 10, 80]) {
            const mean = expectation({ nc, nb, canary, stable }, (counts) => Math.exp(ratioLogFactor(intervalFrom(counts), rho * r, rho)))
            largest = Math.max(largest, mean)
          }
        }
      }
    }
    expect(largest).toBeLessThanOrEqual(1 + 1e-9)
    expect(largest).toBeGreaterThan(0.99)
  })

  test('never loses evidence to one more failure of the canary', () => {
    fc.assert(
      fc.property(interval, fc.constantFrom(...ratioGrid), ([nc, nb, xc, xb], r) => {
        fc.pre(xc < nc)
        expect(ratioLogFactor(intervalFrom([nc, nb, xc + 1, xb]), r)).toBeGreaterThanOrEqual(
          ratioLogFactor(intervalFrom([nc, nb, xc, xb]), r),
        )
      }),
    )
  })

  test('does not care whether an interval is read at once or in two halves of the same traffic share', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(3000), fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100), (nc, nb, a, b, c, d) => {
        const once = ratioLogFactor(intervalFrom([2 * nc, 2 * nb, a + b, c + d]), 2)
        const twice = ratioLogFactor(intervalFrom([nc, nb, a, c]), 2) + ratioLogFactor(intervalFrom([nc, nb, b, d]), 2)
        expect(Math.abs(once - twice)).toBeLessThan(1e-9)
      }),
    )
  })

  test('learns nothing from an interval in which one side was silent', () => {
    expect(ratioLogFactors(intervalFrom([0, 1000, 0, 7]))).toEqual(ratioGrid.map(() => 0))
    expect(ratioLogFactors(intervalFrom([1000, 0, 7, 0]))).toEqual(ratioGrid.map(() => 0))
    expect(ratioLogFactors(intervalFrom([0, 0, 0, 0]))).toEqual(ratioGrid.map(() => 0))
  })

  test('stays finite when everything fails for a long time', () => {
    let mixture = newMixture(ratioGrid.length)
    for (let k = 0; k < 1000; k++)
      mixture = advance(mixture, stakesOf(mixture, false), ratioLogFactors(intervalFrom([1000, 1000, 1000, 0])))
    expect(JSON.parse(JSON.stringify(mixture))).toEqual(mixture)
    expect(evidenceIn(mixture)).toBeGreaterThan(1e200)
  })
})

test('the failures of a look may count as one whatever their clumps: the mean over all ways in which these fall on the sides is at most 1', () => {
  for (const sizes of [[1], [5], [1, 1], [4, 2], [1, 2, 3], [7, 1, 1], [1, 1, 1, 1], [9, 3, 2, 1]]) {
    const failures = sizes.reduce((sum, size) => sum + size, 0)
    for (const canaries of [1, 10, 50, 90]) {
      const stables = 100 - canaries
      let mean = 0
      for (let ways = 0; ways < 2 ** sizes.length; ways++) {
        const isCanary = (k: number) => Math.floor(ways / 2 ** k) % 2 === 1
        const failed = sizes.reduce((sum, size, k) => sum + (isCanary(k) ? size : 0), 0)
        const chance = sizes.reduce((product, _, k) => (product * (isCanary(k) ? canaries : stables)) / 100, 1)
        // As many requests as there can be failures, so that no way is impossible.
        const look = {
          canary: { requests: 1000 * canaries, failures: failed },
          stable: { requests: 1000 * stables, failures: failures - failed },
        }
        mean += chance * Math.exp(ratioLogFactor(look, 4) / failures)
      }
      expect(mean).toBeLessThanOrEqual(1 + 1e-12)
    }
  }
})
