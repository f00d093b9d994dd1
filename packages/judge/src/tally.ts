import type { Interval } from './sample.ts'

/**
 * Sums since the start. The last four weigh every interval by how much it can say about both sides, so that a traffic share
 * which changes while the error rate drifts does not fake a difference (Mantel-Haenszel).
 */
export interface Tally {
  /** Milliseconds since the epoch up to which was counted. */
  readonly at: number
  readonly canary: { readonly requests: number; readonly failures: number }
  readonly stable: { readonly requests: number; readonly failures: number }
  /** Failures that the canary would have had at stable's rate. */
  readonly expected: number
  /** Comparable failures of the canary, of stable, and the comparable requests behind them. */
  readonly canaryPart: number
  readonly stablePart: number
  readonly exposure: number
}

const none = { requests: 0, failures: 0 }

export function newTally(at: number): Tally {
  return { at, canary: none, stable: none, expected: 0, canaryPart: 0, stablePart: 0, exposure: 0 }
}

/** Adds an interval in which both sides ran; one that only one side saw adds nothing comparable. */
export function addInterval(tally: Tally, at: number, { canary, stable }: Interval): Tally {
  const all = canary.requests + stable.requests
  const share = all === 0 ? 0 : canary.requests / all
  const both = share > 0 && share < 1
  return {
    at,
    canary: plus(tally.canary, canary),
    stable: plus(tally.stable, stable),
    expected: tally.expected + (both ? (canary.failures + stable.failures) * share : 0),
    canaryPart: tally.canaryPart + (both ? canary.failures * (1 - share) : 0),
    stablePart: tally.stablePart + (both ? stable.failures * share : 0),
    exposure: tally.exposure + (both ? canary.requests * (1 - share) : 0),
  }
}

/** Adds an interval in which the canary ran alone, against a known rate of stable. */
export function addAlone(tally: Tally, at: number, { canary, stable }: Interval, stableRate: number): Tally {
  return {
    at,
    canary: plus(tally.canary, canary),
    stable: plus(tally.stable, stable),
    expected: tally.expected + canary.requests * stableRate,
    canaryPart: tally.canaryPart + canary.failures,
    stablePart: tally.stablePart + canary.requests * stableRate,
    exposure: tally.exposure + canary.requests,
  }
}

/** What happened after `mark`. */
export function since(tally: Tally, mark: Tally): Tally {
  return {
    at: tally.at,
    canary: minus(tally.canary, mark.canary),
    stable: minus(tally.stable, mark.stable),
    expected: tally.expected - mark.expected,
    canaryPart: tally.canaryPart - mark.canaryPart,
    stablePart: tally.stablePart - mark.stablePart,
    exposure: tally.exposure - mark.exposure,
  }
}

/** Whether the point estimate lies inside the tolerance; false while nothing is comparable. */
export function insideTolerance(tally: Tally, tolerance: { readonly ratio: number; readonly absolute: number }): boolean {
  return tally.exposure > 0 && tally.canaryPart <= tolerance.ratio * tally.stablePart + tolerance.absolute * tally.exposure
}

/** The stretch that ends now and speaks most against the canary, among those that begin at one of the marks. */
export function worstStretch(tally: Tally, marks: readonly Tally[]): { readonly from: number; readonly stretch: Tally } {
  let worst = { from: marks[0]?.at ?? tally.at, stretch: tally, excess: -1 }
  for (const mark of marks) {
    const stretch = since(tally, mark)
    const excess = poissonExcess(stretch.canary.failures, stretch.expected)
    if (excess > worst.excess) worst = { from: mark.at, stretch, excess }
  }
  return worst
}

/** Log-likelihood ratio of "more than expected" for a count; 0 when it is not more. */
function poissonExcess(observed: number, expected: number): number {
  if (observed <= expected) return 0
  return expected <= 0 ? observed : observed * Math.log(observed / expected) - (observed - expected)
}

type Counted = Tally['canary']
function plus(a: Counted, b: Counted): Counted {
  return { requests: a.requests + b.requests, failures: a.failures + b.failures }
}
function minus(a: Counted, b: Counted): Counted {
  return { requests: a.requests - b.requests, failures: a.failures - b.failures }
}
