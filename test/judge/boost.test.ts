import {
  bet,
  boostedBy,
  evidenceIn,
  newMixture,
  play,
  ratioGrid,
  ratioLogFactors,
  splitsOf,
  stakesOf,
  type Mixture,
} from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { binomial, expectation } from './enumeration.ts'
import { intervalFrom } from './vectors.ts'

const threshold = 10

interface Process {
  readonly mixture: Mixture
  readonly boost: number
}

const fresh: Process = { mixture: newMixture(ratioGrid.length), boost: 1 }

/** One boosted look, and what it pays: cut at the threshold, where the process stops. */
const look = ({ mixture, boost }: Process, counts: readonly number[]) => {
  const interval = intervalFrom(counts)
  const staked = bet(mixture, stakesOf(mixture, false))
  const next = { mixture: play(staked, ratioLogFactors(interval)), boost: boostedBy(staked, interval, boost, threshold) }
  return { next, pays: Math.min(threshold, next.boost * evidenceIn(next.mixture)) }
}

describe('the boost', () => {
  test('keeps the mean at 1 or less over two looks, for every rate of a canary that is not worse', () => {
    let largest = 0
    for (const [stable, canary] of [
      [0.05, 0.05],
      [0.3, 0.3],
      [0.8, 0.8],
      [0.3, 0.2],
      [1, 1],
    ] as const) {
      const mean = expectation({ nc: 3, nb: 5, canary, stable }, (first) => {
        const { next, pays } = look(fresh, first)
        if (pays >= threshold) return pays
        return expectation({ nc: 2, nb: 6, canary, stable }, (second) => look(next, second).pays)
      })
      largest = Math.max(largest, mean)
    }
    expect(largest).toBeLessThanOrEqual(1 + 1e-9)
    expect(largest).toBeGreaterThan(0.999)
  })

  test('is decided before the split is seen, and never lowers the evidence', () => {
    const boosts = [0, 1, 2, 3].map((canary) => boostedBy(fresh.mixture, intervalFrom([5, 95, canary, 3 - canary]), 1, threshold))
    expect(new Set(boosts).size).toBe(1)
    expect(boosts[0]).toBeGreaterThanOrEqual(1)
  })

  test('gives back what the threshold wastes and no more, also to bets that have nearly vanished', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -660, max: 2, noNaN: true }), { minLength: 10, maxLength: 10 }),
        fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 })),
        fc.integer({ min: 1, max: 300 }),
        (logs, [nc, nb], failed) => {
          const failures = Math.min(failed, nc + nb)
          const mixture = { masses: logs.map((ln) => Math.exp(ln)), unspent: logs.map(() => 0) }
          const before = evidenceIn(mixture)
          fc.pre(before < threshold)
          const canary = Math.max(0, failures - nb)
          const boost = boostedBy(mixture, intervalFrom([nc, nb, canary, failures - canary]), 1, threshold)
          const mean = splitsOf(intervalFrom([nc, nb, canary, failures - canary])).splits.reduce((sum, split) => {
            const factors = ratioLogFactors(intervalFrom([nc, nb, split.canary, failures - split.canary]))
            return sum + split.chance * Math.min(threshold, boost * evidenceIn(play(mixture, factors)))
          }, 0)
          expect(mean).toBeLessThanOrEqual(before * (1 + 1e-9))
        },
      ),
    )
  })

  test('does nothing without failures, and once the threshold is reached', () => {
    expect(boostedBy(fresh.mixture, intervalFrom([50, 950, 0, 0]), 1.5, threshold)).toBe(1.5)
    expect(boostedBy(fresh.mixture, intervalFrom([50, 950, 2, 3]), threshold, threshold)).toBe(threshold)
  })
})

const ways = (n: number, k: number) => (binomial(n, 0.5)[k] ?? 0) * 2 ** n

test('failures split between the sides as the urn says', () => {
  const { splits } = splitsOf(intervalFrom([3, 5, 1, 3]))
  for (const { canary, chance } of splits) expect(chance).toBeCloseTo((ways(3, canary) * ways(5, 4 - canary)) / ways(8, 4), 12)
  expect(splits).toHaveLength(4)
})
