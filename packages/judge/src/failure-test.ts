import { boostedBy } from './boost.ts'
import { clumpsAt, divided, dividedBy, lookAtClumps, newClumps, type Clumps } from './clumps.ts'
import { bet, cutTo, evidenceIn, newMixture, payoffsOf, play, stakesOf, type Mixture, type Payoffs } from './mixture.ts'
import { nonInferiorityTest, promotionPrior } from './non-inferiority.ts'
import { excessLogFactors, soundnessLogFactors } from './one-sample.ts'
import { marginGrid, marginLogFactors } from './margin-process.ts'
import type { MetricSettings } from './options.ts'
import type { Margin } from './projection.ts'
import { lookAtRateRatio, newRateRatio, type RateRatio } from './rate-ratio.ts'
import { gridLogFactors, gridPayoffs, ratioGrid } from './ratio-process.ts'
import type { Interval } from './sample.ts'
import { freeze, type Reference } from './reference.ts'
import type { Spread } from './spread.ts'
import { addAlone, addInterval, newTally, type Tally } from './tally.ts'

/** State of the test of failure rates; plain JSON. */
export interface FailureTest {
  readonly kind: 'failures'
  readonly against: Mixture
  /** What the threshold has saved so far, as a factor on the evidence; 1 or more. */
  readonly boost: number
  /** The same bets at other values of phi, from the first look at which phi is measured. */
  readonly clumps?: Clumps
  /** One per planned weight, for the margin of that step. */
  readonly promotion: readonly Mixture[]
  readonly tally: Tally
  /** The tally at the start and at every restart. */
  readonly marks: readonly Tally[]
  readonly reference: Reference | null
  /** Stable's part of the tally that is of other kinds of requests, and no reference for the users' own. */
  readonly apart?: { readonly requests: number; readonly failures: number }
  /** For the interval of the ratio of the rates. */
  readonly ratio: RateRatio
  /** How the failures of a metric of its own clump, from stable's neighbouring looks; those of the requests are measured for the whole judge. */
  readonly spread?: Spread
}

/** A canary that turns bad after a long good time must lose its promotion soon: evidence beyond 20 times the need is not kept. */
const promotionCredit = 20
const keptMarks = 10

export function newFailureTest(settings: MetricSettings, at: number): FailureTest {
  return {
    kind: 'failures',
    against: newMixture(gridOf(settings).length),
    boost: 1,
    promotion: settings.weights.map(() => newMixture(promotionPrior.length)),
    tally: newTally(at),
    marks: [],
    reference: null,
    ratio: newRateRatio(),
  }
}

function gridOf({ strict }: MetricSettings): readonly number[] {
  return strict ? marginGrid : ratioGrid
}

/** The margin that a step at this weight must prove: its share of the harm that all users may see. */
export function marginAt(settings: MetricSettings, weight: number): Margin {
  const share = settings.harm / (weight / 100)
  return { ratio: settings.tolerance.ratio, absolute: Math.min(0.5, Math.max(settings.tolerance.absolute, share)) }
}

/** Where the evidence for the margin of this weight is kept: the same or the next larger weight, whose margin is narrower. */
export function stepIndex(settings: MetricSettings, weight: number): number {
  const index = settings.weights.findIndex((planned) => planned >= weight)
  return index === -1 ? settings.weights.length - 1 : index
}

export interface FailureLook {
  readonly at: number
  readonly interval: Interval
  /** Percent of the requests that should reach the canary. */
  readonly weight: number
  /** The canary has all the traffic, so stable's past is its only reference. */
  readonly alone: boolean
  /** A moment at which every bet is renewed: a step began, or the last one is long ago. */
  readonly renewal: boolean
  /** Phi as it is measured while the rollout runs, this interval included; null where it is not measured. */
  readonly phi: number | null
  /** Failures of this look on both sides, of other kinds of requests too; of the interval itself when not given. */
  readonly together?: number
}

/** One look: all bets of this interval were fixed by what was known before it. */
export function lookAtFailures(settings: MetricSettings, test: FailureTest, look: FailureLook): FailureTest {
  const { at, interval, alone, renewal } = look
  const given = settings.overdispersion
  // How stable's failures split between its halves says nothing of how they split between the sides, so this interval may be heard before it is judged.
  const phi = Math.max(given, look.phi ?? 1)
  const staked = bet(test.against, stakesOf(test.against, renewal))
  const marks = renewal ? remember(test.marks, test.tally) : test.marks
  const expected = expectedRate(settings, test.tally)
  const from = stepIndex(settings, look.weight)
  if (alone) {
    const reference = test.reference ?? freeze(settings, test, phi)
    const limit = settings.tolerance.ratio * reference.upper + settings.tolerance.absolute
    const rate = reference.requests === 0 ? 0 : reference.failures / reference.requests
    const factors = excessLogFactors(interval.canary, limit, gridOf(settings))
    return {
      ...test,
      against: play(staked, divided(factors, given)),
      ...clumped(settings, test, look, aloneAt(interval.canary, limit, settings, factors)),
      promotion: promote(settings, test, from, ({ ratio, absolute }) =>
        soundnessLogFactors(interval.canary, expected, ratio * reference.lower + absolute, phi),
      ),
      tally: addAlone(test.tally, at, interval, rate),
      marks,
      reference,
    }
  }
  const together = look.together ?? interval.canary.failures + interval.stable.failures
  const boostable = phi === 1 && !settings.strict
  const payoffs = settings.strict ? undefined : gridPayoffs(interval)
  const factors = settings.strict ? marginLogFactors(interval, expected, settings.tolerance) : gridLogFactors(interval, payoffs)
  return {
    ...test,
    against: play(staked, divided(factors, given)),
    ...clumped(
      settings,
      test,
      look,
      dividedBy(factors, (level) => Math.max(given, Math.min(level, together))),
    ),
    boost: boostable ? boostedBy(staked, interval, test.boost, 1 / settings.alpha, payoffs) : test.boost,
    promotion: promote(settings, test, from, nonInferiorityTest(interval, expected, phi)),
    tally: addInterval(test.tally, at, interval),
    marks,
    ratio: lookAtRateRatio(test.ratio, interval, phi),
  }
}

function clumped(
  settings: MetricSettings,
  test: FailureTest,
  { phi, renewal }: FailureLook,
  payoffsAt: (level: number) => Payoffs,
): Pick<FailureTest, 'clumps'> {
  if (phi === null && !settings.findsOut && test.clumps === undefined) return {}
  return { clumps: lookAtClumps(test.clumps ?? newClumps(gridOf(settings).length), renewal, payoffsAt) }
}

/**
 * What a look of a version alone pays at each level. The chance of any failure in a look is at most the sum of the chances of its requests, however they clump, so counted as one
 * failure it is within a limit that each request is within. That says most where failures are rare, and nothing where the limit itself allows several in a look, which
 * many failures, divided, show better: half of each bet is paid by the one and half by the other.
 */
function aloneAt(
  { requests, failures }: Interval['canary'],
  limit: number,
  settings: MetricSettings,
  factors: readonly number[],
): (level: number) => Payoffs {
  const { overdispersion: given } = settings
  if (requests * limit > 1) return dividedBy(factors, (level) => Math.max(given, level))
  const once = excessLogFactors({ requests, failures: Math.min(1, failures) }, limit, gridOf(settings))
  return (level) => {
    const divisor = Math.max(given, level)
    return payoffsOf(factors.map((factor, j) => lnMean((once[j] ?? 0) / given, factor / divisor)))
  }
}

/** ln of the mean of two numbers, from their logarithms. */
function lnMean(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))) - Math.LN2
}

/**
 * One more interval of the same look, of requests of another kind. Every interval may have a failure rate of its own, so a kind of requests is
 * just another interval; both sides still have them when the canary has all the users.
 */
export function lookAtStratum(
  settings: MetricSettings,
  test: FailureTest,
  look: Pick<FailureLook, 'at' | 'interval' | 'weight' | 'phi' | 'together'>,
): FailureTest {
  const { requests, failures } = test.apart ?? { requests: 0, failures: 0 }
  const { stable } = look.interval
  return {
    ...lookAtFailures(settings, test, { ...look, alone: false, renewal: false }),
    apart: { requests: requests + stable.requests, failures: failures + stable.failures },
  }
}

function promote(settings: MetricSettings, test: FailureTest, from: number, factors: (margin: Margin) => readonly number[]): Mixture[] {
  const limit = promotionCredit / settings.beta
  return test.promotion.map((before, index) => {
    // Steps that are behind need no more evidence.
    if (index < from) return before
    // The whole stake is on the table from the start: to be sound is not something that begins later.
    const staked = before.unspent[0] === 0 ? before : bet(before, before.unspent)
    return cutTo(play(staked, factors(marginAt(settings, settings.weights[index] ?? 100))), limit, promotionPrior)
  })
}

/**
 * Odds against the canary, at a phi that was measured. What the boost adds counts up to the threshold only: there it decides, beyond it the plain evidence speaks.
 */
export function againstOdds(settings: MetricSettings, test: FailureTest, phi: number): number {
  if (phi > settings.overdispersion && test.clumps !== undefined) {
    const clumps = clumpsAt(test.clumps, phi)
    return clumps === undefined ? 1 : evidenceIn(clumps)
  }
  const plain = evidenceIn(test.against)
  return Math.max(plain, Math.min(test.boost * plain, 1 / settings.alpha))
}

/** Odds for promotion at this weight. */
export function promotionOdds(settings: MetricSettings, test: FailureTest, weight: number): number {
  const mixture = test.promotion[stepIndex(settings, weight)]
  return mixture === undefined ? 1 : evidenceIn(mixture, promotionPrior)
}

function remember(marks: readonly Tally[], mark: Tally): Tally[] {
  const all = [...marks, mark]
  return all.length <= keptMarks ? all : [...all.slice(0, 1), ...all.slice(2)]
}

/** First guess of stable's rate from all that was seen before; half a failure in 100 requests when nothing was. */
function expectedRate(settings: MetricSettings, tally: Tally): number {
  const { history } = settings
  return (history.failures + tally.stable.failures + 0.5) / (history.requests + tally.stable.requests + 100)
}
