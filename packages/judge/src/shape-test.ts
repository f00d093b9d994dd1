import { densityRatios, quantile, rising, slowdownLogFactor, slowdownsFor, smoothed, sum, type Slowdown } from './histogram.ts'
import { slowdownBeyondLogFactor } from './histogram-margin.ts'
import { clumpsAt, dividedBy, lookAtClumps, newClumps, type Clumps } from './clumps.ts'
import { evidenceIn, newMixture, payoffsOf, stakeAndPlay, type Mixture } from './mixture.ts'
import type { MetricSettings, Tolerance } from './options.ts'
import { measureAlone, measuredPhi, newSpread, type Spread } from './spread.ts'

interface Bets {
  readonly slowdowns: readonly Slowdown[]
  readonly prior: readonly number[]
  readonly against: Mixture
  /** The same bets at other values of phi; only where it is measured. */
  readonly clumps?: Clumps
  /** The first bucket of slow requests, by which it is measured: at most a tenth of stable's lie there or beyond. */
  readonly slowFrom: number
}

interface Buckets {
  readonly at: number
  readonly canary: readonly number[]
  readonly stable: readonly number[]
}

/** State of the test of latency distributions; plain JSON. */
export interface ShapeTest {
  readonly kind: 'latency'
  readonly boundaries: readonly number[] | null
  /** What is bet on, fixed as soon as stable's distribution is roughly known. */
  readonly bets: Bets | null
  /** How slow requests clump, from stable's neighbouring looks; null where it is given. */
  readonly spread: Spread | null
  readonly tally: Buckets
  /** The tally at the start and at the last renewals. */
  readonly marks: readonly Buckets[]
}

const keptMarks = 4
/** Requests of stable from which on its distribution is roughly known. */
const enoughToBet = 200

export function newShapeTest(at: number): ShapeTest {
  return { kind: 'latency', boundaries: null, bets: null, spread: null, tally: { at, canary: [], stable: [] }, marks: [] }
}

export interface ShapeLook {
  readonly at: number
  readonly boundaries: readonly number[]
  readonly canary: readonly number[]
  readonly stable: readonly number[]
  readonly renewal: boolean
}

/**
 * One look. Bets on what was known of stable before this interval.
 * @throws RangeError when the buckets are not those of the looks before
 */
export function lookAtShape(settings: MetricSettings, test: ShapeTest, look: ShapeLook): ShapeTest {
  const { at, boundaries, canary, stable, renewal } = look
  if (test.boundaries !== null && test.boundaries.join() !== boundaries.join()) {
    throw new RangeError(
      `latency buckets end at ${boundaries.join(', ')} now and at ${test.boundaries.join(', ')} before; they must stay the same`,
    )
  }
  const known = pastOfStable(settings, test, boundaries)
  const bets = test.bets ?? (sum(known) >= enoughToBet ? newBets(settings, known) : null)
  return {
    kind: 'latency',
    boundaries,
    bets: bets && played(settings, bets, look, smoothed(known)),
    spread: bets === null || !settings.findsOut ? test.spread : measureAlone(test.spread ?? newSpread(), slowOnes(bets, stable)),
    tally: { at, canary: plus(test.tally.canary, canary), stable: plus(test.tally.stable, stable) },
    marks: renewal ? [...test.marks.slice(0, 1), ...test.marks.slice(1).slice(1 - keptMarks), test.tally] : test.marks,
  }
}

function newBets({ findsOut }: MetricSettings, known: readonly number[]): Bets {
  const { slowdowns, prior } = slowdownsFor(smoothed(known))
  const all = sum(known)
  const slowFrom = known.findIndex((_, j) => 10 * sum(known.slice(j)) <= all)
  return {
    slowdowns,
    prior,
    against: newMixture(slowdowns.length),
    ...(findsOut && { clumps: newClumps(slowdowns.length) }),
    // Where even the open bucket holds more, it alone is slow.
    slowFrom: slowFrom === -1 ? known.length - 1 : slowFrom,
  }
}

function played(
  settings: MetricSettings,
  bets: Bets,
  { boundaries, canary, stable, renewal }: ShapeLook,
  probabilities: readonly number[],
): Bets {
  const promised = settings.strict ? settings.tolerance : { ratio: 1, absolute: 0 }
  const factors = bets.slowdowns.map((slowdown) =>
    slowdownBeyondLogFactor(canary, stable, densityRatios(slowdown, boundaries, probabilities), probabilities, promised),
  )
  return {
    ...bets,
    against: stakeAndPlay(bets.against, renewal, payoffsOf(factors, settings.overdispersion)),
    ...(bets.clumps && {
      clumps: lookAtClumps(
        bets.clumps,
        renewal,
        dividedBy(factors, (level) => level),
      ),
    }),
  }
}

function slowOnes({ slowFrom }: Bets, counts: readonly number[]): { readonly requests: number; readonly failures: number } {
  return { requests: sum(counts), failures: sum(counts.slice(slowFrom)) }
}

function pastOfStable({ buckets }: MetricSettings, test: ShapeTest, boundaries: readonly number[]): number[] {
  const before = buckets !== null && buckets.boundaries.join() === boundaries.join() ? buckets.counts : []
  return boundaries.concat(Infinity).map((_, j) => (before[j] ?? 0) + (test.tally.stable[j] ?? 0))
}

/** Odds against the canary, at phi as it is given or was measured. */
export function shapeOdds({ bets, spread }: ShapeTest): number {
  if (bets === null) return 1
  const phi = spread === null ? 1 : measuredPhi(spread)
  const mixture = phi > 1 && bets.clumps !== undefined ? clumpsAt(bets.clumps, phi) : bets.against
  return mixture === undefined ? 1 : evidenceIn(mixture, bets.prior)
}

/** Quantiles of one side in the unit of the boundaries; null without requests. */
export interface Quantiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

export interface ShapeView {
  readonly from: number
  readonly requests: { readonly canary: number; readonly stable: number }
  readonly canary: Quantiles
  readonly stable: Quantiles
  /** The boundary at which the shares of slower requests differ most beyond the tolerance; null without requests. */
  readonly slower: { readonly seconds: number; readonly canary: number; readonly stable: number } | null
}

/** The stretch up to now that speaks most for a slower canary, as people see it. */
export function viewOf(test: ShapeTest, tolerance: Tolerance): ShapeView {
  const boundaries = test.boundaries ?? []
  const stretches = (test.marks.length === 0 ? [{ at: test.tally.at, canary: [], stable: [] }] : test.marks).map((mark) => ({
    from: mark.at,
    canary: test.tally.canary.map((count, j) => count - (mark.canary[j] ?? 0)),
    stable: test.tally.stable.map((count, j) => count - (mark.stable[j] ?? 0)),
  }))
  const worst = stretches.reduce((a, b) => (hindsight(b.canary, b.stable) > hindsight(a.canary, a.stable) ? b : a))
  const quantiles = (counts: readonly number[]) => ({
    p50: quantile(counts, boundaries, 0.5),
    p90: quantile(counts, boundaries, 0.9),
    p99: quantile(counts, boundaries, 0.99),
  })
  return {
    from: worst.from,
    requests: { canary: sum(worst.canary), stable: sum(worst.stable) },
    canary: quantiles(worst.canary),
    stable: quantiles(worst.stable),
    slower: worstBoundary(boundaries, worst.canary, worst.stable, tolerance),
  }
}

function worstBoundary(
  boundaries: readonly number[],
  canary: readonly number[],
  stable: readonly number[],
  tolerance: Tolerance,
): ShapeView['slower'] {
  const [canaries, stables] = [sum(canary), sum(stable)]
  if (canaries === 0 || stables === 0) return null
  const shares = boundaries.map((seconds, j) => ({
    seconds,
    canary: sum(canary.slice(j + 1)) / canaries,
    stable: sum(stable.slice(j + 1)) / stables,
  }))
  return shares.reduce((a, b) => (excess(b, tolerance) > excess(a, tolerance) ? b : a))
}

/** How far the share of slower requests lies above the tolerated one; at most 0 inside the tolerance. */
export function excess({ canary, stable }: { readonly canary: number; readonly stable: number }, { ratio, absolute }: Tolerance): number {
  return canary - ratio * stable - absolute
}

/** Evidence that the best slowdown would have had, were it known before; good for choosing a stretch, not for a verdict. */
function hindsight(canary: readonly number[], stable: readonly number[]): number {
  const p = smoothed(stable)
  const q = smoothed(canary)
  return slowdownLogFactor(
    canary,
    stable,
    rising(
      q.map((share, j) => share / (p[j] ?? 1)),
      p,
    ),
  )
}

function plus(a: readonly number[], b: readonly number[]): number[] {
  return b.map((count, j) => count + (a[j] ?? 0))
}
