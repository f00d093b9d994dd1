import { advance, newMixture, stakesOf, type Mixture } from './mixture.ts'
import { excessLogFactors } from './one-sample.ts'
import type { Interval } from './sample.ts'

/** How far above the ceiling the failure share may be, as odds ratios. */
const ceilingGrid: readonly number[] = [1.5, 3, 9, 99]

export function newCeilingTest(): Mixture {
  return newMixture(ceilingGrid.length)
}

/**
 * One look at the absolute guard: all traffic of both sides against a fixed failure share. An outage common to both sides is
 * invisible to the comparison by design. It may begin at any moment.
 */
export function lookAtCeiling(test: Mixture, { canary, stable }: Interval, ceiling: number, phi: number): Mixture {
  const all = { requests: canary.requests + stable.requests, failures: canary.failures + stable.failures }
  return advance(test, stakesOf(test, false), excessLogFactors(all, ceiling, ceilingGrid, phi))
}
