import { clumpsAt, divided, dividedBy, lookAtClumps, newClumps, type Clumps } from './clumps.ts'
import { evidenceIn, newMixture, bet, play, stakesOf, type Mixture } from './mixture.ts'
import { ratioGrid, ratioLogFactors } from './ratio-process.ts'
import type { Interval } from './sample.ts'

interface Counted {
  readonly requests: number
  readonly failures: number
}

/** Two halves of stable in one interval: by pod, instance or zone. They should not differ but by chance. */
export interface Halves {
  readonly first: Counted
  readonly second: Counted
}

export interface Dispersion {
  /** Variance of the split of failures relative to independent failures, at the block length where it is largest. */
  readonly phi: number
  readonly standardError: number
  /** What to give the judge: phi and one standard error, at least 1. */
  readonly overdispersion: number
  /** Intervals per block of that estimate. */
  readonly block: number
}

/**
 * Estimates the overdispersion of failures from halves of stable, oldest first: phi = sum (x1 - N s)^2 / sum N s (1 - s), a ratio of sums, since
 * the mean of ratios is biased low. Failures that come in waves show only in longer blocks, so each length in `blocks` (in intervals) is
 * tried and the largest result taken; longer ones are few, and count only where the split is wider than chance by two standard deviations. Without failures phi is 1 with a standard error of 0.
 */
export function estimateDispersion(halves: readonly Halves[], blocks: readonly number[] = [1, 4, 20]): Dispersion {
  let worst: Dispersion = { phi: 1, standardError: 0, overdispersion: 1, block: 1 }
  for (const block of blocks) {
    const merged = inBlocks(halves, block)
    // With fewer blocks the standard error itself is a guess.
    if (block > 1 && merged.length < 5) continue
    const { phi, standardError, surprise } = moment(merged)
    if (block > 1 && surprise < 2) continue
    const overdispersion = Math.max(1, phi + standardError)
    if (overdispersion > worst.overdispersion || block === blocks[0]) worst = { phi, standardError, overdispersion, block }
  }
  return worst
}

interface Moment {
  readonly phi: number
  readonly standardError: number
  /** Standard deviations by which the split is wider than that of independent failures. */
  readonly surprise: number
}

function moment(halves: readonly Halves[]): Moment {
  const parts = halves.flatMap(({ first, second }) => {
    const failures = first.failures + second.failures
    const share = first.requests / (first.requests + second.requests)
    const variance = failures * share * (1 - share)
    // The variance of the square, for independent failures, is the fourth central moment of a binomial number less the square of its second.
    const noise = variance * (1 + 3 * (failures - 2) * share * (1 - share)) - variance * variance
    return variance > 0 ? [{ square: (first.failures - failures * share) ** 2, variance, noise }] : []
  })
  const total = parts.reduce((sum, { variance }) => sum + variance, 0)
  if (total === 0) return { phi: 1, standardError: 0, surprise: 0 }
  const phi = parts.reduce((sum, { square }) => sum + square, 0) / total
  const error = parts.reduce((sum, { square, variance }) => sum + (square - phi * variance) ** 2, 0)
  const chance = Math.sqrt(parts.reduce((sum, { noise }) => sum + noise, 0))
  return { phi, standardError: Math.sqrt(error) / total, surprise: chance === 0 ? 0 : ((phi - 1) * total) / chance }
}

function inBlocks(halves: readonly Halves[], size: number): Halves[] {
  const merged: Halves[] = []
  for (let start = 0; start + size <= halves.length; start += size) {
    merged.push(
      halves
        .slice(start, start + size)
        .reduce(({ first, second }, next) => ({ first: plus(first, next.first), second: plus(second, next.second) })),
    )
  }
  return merged
}

function plus(a: Counted, b: Counted): Counted {
  return { requests: a.requests + b.requests, failures: a.failures + b.failures }
}

/** Neighbouring intervals as halves, for a source that cannot split stable; errs on the high side where the rate drifts. */
export function neighbours(intervals: readonly Counted[]): Halves[] {
  return Array.from({ length: Math.floor(intervals.length / 2) }, (_, k) => ({
    first: intervals[2 * k] ?? { requests: 0, failures: 0 },
    second: intervals[2 * k + 1] ?? { requests: 0, failures: 0 },
  }))
}

/** State of the negative control; plain JSON. */
export interface Control {
  readonly first: Direction
  readonly second: Direction
}

/** The bets that one half is worse than the other, at the phi that is given, and at those that may be measured. */
interface Direction {
  readonly given: Mixture
  readonly clumps: Clumps
  /**
   * All failures of a look counted as one. However they clump, they cannot fall on the same half from look to look unless it is worse; a half that always is
   * would otherwise pass for a clump as large as a look.
   */
  readonly once: Mixture
}

export function newControl(): Control {
  const bets = ratioGrid.length
  const direction = { given: newMixture(bets), clumps: newClumps(bets), once: newMixture(bets) }
  return { first: direction, second: direction }
}

/** The judge's own test, run on stable against itself, in both directions. */
export function lookAtControl(control: Control, { first, second }: Halves, phi: number): Control {
  return {
    first: lookAtDirection(control.first, { canary: first, stable: second }, phi),
    second: lookAtDirection(control.second, { canary: second, stable: first }, phi),
  }
}

function lookAtDirection({ given, clumps, once }: Direction, interval: Interval, phi: number): Direction {
  const factors = ratioLogFactors(interval)
  const failures = interval.canary.failures + interval.stable.failures
  return {
    given: counted(given, factors, phi),
    clumps: lookAtClumps(
      clumps,
      false,
      dividedBy(factors, (level) => Math.max(phi, level)),
    ),
    once: counted(once, factors, Math.max(phi, failures)),
  }
}

function counted(mixture: Mixture, factors: readonly number[], divisor: number): Mixture {
  return play(bet(mixture, stakesOf(mixture, false)), divided(factors, divisor))
}

/**
 * Odds that stable differs from itself: at 1/alpha or more the environment is too noisy for this test.
 * @param given phi of the looks
 * @param measured phi as it was measured since, where that is larger
 */
export function controlOdds({ first, second }: Control, given: number, measured: number): number {
  const odds = ({ given: plain, clumps, once }: Direction): number => {
    const mixture = measured > given ? clumpsAt(clumps, measured) : plain
    return ((mixture === undefined ? 1 : evidenceIn(mixture)) + evidenceIn(once)) / 2
  }
  return (odds(first) + odds(second)) / 2
}

/** Runs the negative control over a history. Odds above 1/alpha mean: raise the overdispersion, or do not roll back on statistics. */
export function negativeControl(history: readonly Halves[], overdispersion = 1): number {
  let control = newControl()
  let highest = 1
  for (const halves of history) {
    control = lookAtControl(control, halves, overdispersion)
    highest = Math.max(highest, controlOdds(control, overdispersion, 1))
  }
  return highest
}
