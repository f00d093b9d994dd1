import { divergence } from './projection.ts'
import { likelihoodRatio, promotionFractions } from './non-inferiority.ts'

interface Counted {
  readonly requests: number
  readonly failures: number
}

/**
 * Limits of a failure probability from counts, each wrong with probability at most `error`: the Chernoff bound
 * P(x <= observed) <= exp(-n KL(observed || p)), inverted. Holds for every n, and needs no special function.
 */
export function upperLimit({ requests, failures }: Counted, error: number): number {
  if (requests === 0) return 1
  return solve(failures / requests, Math.log(1 / error) / requests, 1)
}

/** See {@link upperLimit}. */
export function lowerLimit({ requests, failures }: Counted, error: number): number {
  if (requests === 0) return 0
  return solve(failures / requests, Math.log(1 / error) / requests, 0)
}

/** The p between `rate` and `end` with KL(rate || p) = nats. */
function solve(rate: number, nats: number, end: 0 | 1): number {
  let near = rate
  let far: number = end
  for (let round = 0; round < 60; round++) {
    const middle = (near + far) / 2
    if (divergence(rate, middle) < nats) near = middle
    else far = middle
  }
  return far
}

/** `times` the odds of p, as a probability; stays below 1 where `times` x p would not. */
export function raiseOdds(p: number, times: number): number {
  return (times * p) / (1 - p + times * p)
}

/** Factors against "rate <= limit", one per odds ratio of the grid. */
export function excessLogFactors(side: Counted, limit: number, grid: readonly number[], phi = 1): number[] {
  if (limit <= 0 || limit >= 1) return grid.map(() => 0)
  return grid.map((times) => likelihoodRatio(side, raiseOdds(limit, times), limit) / phi)
}

/** Factors against "rate >= limit", at the fractions of the promotion test of the `expected` rate. */
export function soundnessLogFactors(side: Counted, expected: number, limit: number, phi = 1): number[] {
  return promotionFractions.map((fraction) => {
    const q = Math.max(1e-9, fraction * expected)
    return q < limit && limit < 1 ? likelihoodRatio(side, q, limit) / phi : 0
  })
}
