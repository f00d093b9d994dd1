import { halfPlaneLogFactor } from './non-inferiority.ts'
import type { Margin } from './projection.ts'
import type { Interval } from './sample.ts'

/** How far beyond the tolerance the canary may be, as a factor on the tolerated rate. */
export const marginGrid: readonly number[] = [1.15, 1.35, 1.7, 2.5, 4, 7, 14, 40]

/**
 * Factors of the strict test: null "canary's rate <= rho x stable's + delta". Where the ratio process promises nothing for a canary that is worse
 * within the tolerance, this one keeps the false-rollback budget for every such canary; it takes 1.3 to 1.7 times as long.
 * @param expected stable's rate as known before this interval
 */
export function marginLogFactors(interval: Interval, expected: number, tolerance: Margin, phi = 1): number[] {
  const tolerated = tolerance.ratio * expected + tolerance.absolute
  return marginGrid.map((times) => {
    // As odds, so that it stays below 1.
    const q = { canary: (times * tolerated) / (1 - tolerated + times * tolerated), stable: expected }
    return tolerated >= 1 || interval.stable.requests === 0 ? 0 : halfPlaneLogFactor(interval, q, tolerance) / phi
  })
}
