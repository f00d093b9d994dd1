import { project, type Margin, type Pair } from './projection.ts'
import type { Interval } from './sample.ts'

/**
 * Natural logarithm of the e-value of one interval for the null on the far side of the margin from `q`:
 * the likelihood of q over that of its projection. `q` may depend on the past only. Mean at most 1 for every pair of
 * rates in the null, since the projection onto a convex set satisfies its first-order condition.
 */
export function halfPlaneLogFactor(interval: Interval, q: Pair, margin: Margin, lnRest = lnRestOf(q)): number {
  const { canary, stable } = interval
  if (canary.requests === 0) return 0
  const p = project(q, canary.requests / (canary.requests + stable.requests), margin)
  return likelihoodRatio(canary, q.canary, p.canary, lnRest.canary) + likelihoodRatio(stable, q.stable, p.stable, lnRest.stable)
}

/** ln (1 - q) of both sides, which several margins need. */
function lnRestOf(q: Pair): Pair {
  return { canary: Math.log1p(-q.canary), stable: Math.log1p(-q.stable) }
}

/** ln of (q/p)^x ((1-q)/(1-p))^(n-x). */
export function likelihoodRatio(
  side: { readonly requests: number; readonly failures: number },
  q: number,
  p: number,
  lnRest = Math.log1p(-q),
): number {
  const ones = side.failures === 0 ? 0 : side.failures * Math.log(q / p)
  const rest = side.requests - side.failures
  return ones + (rest === 0 ? 0 : rest * (lnRest - Math.log1p(-p)))
}

/** How good the canary may be beside stable: equal, half as many failures, none. Equal is the usual case, so it has most of the mass. */
export const promotionFractions: readonly number[] = [1, 0.5, 0]
export const promotionPrior: readonly number[] = [0.6, 0.2, 0.2]

/** Stands for "none", so that one failure ends this bet without making it infinite. */
const almostNone = 1e-9

/**
 * Factors of the promotion test: null "canary's rate >= rho x stable's + delta", alternatives at fractions of `expected`,
 * stable's rate as known before this interval.
 */
export function nonInferiorityLogFactors(interval: Interval, expected: number, margin: Margin, phi = 1): number[] {
  return nonInferiorityTest(interval, expected, phi)(margin)
}

/** The same for several margins, whose alternatives are the same. */
export function nonInferiorityTest(interval: Interval, expected: number, phi: number): (margin: Margin) => number[] {
  const alternatives = promotionFractions.map((fraction) => {
    const q = { canary: Math.max(almostNone, fraction * expected), stable: expected }
    return { q, lnRest: lnRestOf(q) }
  })
  return (margin) => alternatives.map(({ q, lnRest }) => halfPlaneLogFactor(interval, q, margin, lnRest) / phi)
}
