import { boostedBy } from './boost.ts'
import { advance, bet, cutTo, evidenceIn, newMixture, play, stakesOf, type Mixture } from './mixture.ts'
import { nonInferiorityLogFactors, promotionPrior } from './non-inferiority.ts'
import { excessLogFactors, lowerLimit, soundnessLogFactors, upperLimit } from './one-sample.ts'
import type { Settings } from './options.ts'
import type { Margin } from './projection.ts'
import { ratioGrid, ratioLogFactors } from './ratio-process.ts'
import type { Interval } from './sample.ts'
import { addAlone, addInterval, newTally, type Tally } from './tally.ts'

/** What is known of stable when it no longer runs beside the canary: frozen at that moment, so that the bets stay fair. */
export interface Reference {
  readonly requests: number
  readonly failures: number
  /** Limits of stable's failure rate, each wrong with a tenth of the budget it serves. */
  readonly upper: number
  readonly lower: number
}

/** State of the test of failure rates; plain JSON. */
export interface FailureTest {
  readonly against: Mixture
  /** What the threshold has saved so far, as a factor on the evidence; 1 or more. */
  readonly boost: number
  /** One per planned weight, for the margin of that step. */
  readonly promotion: readonly Mixture[]
  readonly tally: Tally
  /** The tally at the start and at every restart. */
  readonly marks: readonly Tally[]
  readonly reference: Reference | null
}

/** A canary that turns bad after a long good time must lose its promotion soon: evidence beyond 20 times the need is not kept. */
const promotionCredit = 20
const keptMarks = 16

export function newFailureTest(settings: Settings, at: number): FailureTest {
  return {
    against: newMixture(ratioGrid.length),
    boost: 1,
    promotion: settings.weights.map(() => newMixture(promotionPrior.length)),
    tally: newTally(at),
    marks: [],
    reference: null,
  }
}

/** The margin that a step at this weight must prove: its share of the harm that all users may see. */
export function marginAt(settings: Settings, weight: number): Margin {
  const share = settings.harm / (weight / 100)
  return { ratio: settings.tolerance.ratio, absolute: Math.min(0.5, Math.max(settings.tolerance.absolute, share)) }
}

/** Where the evidence for the margin of this weight is kept: the same or the next larger weight, whose margin is narrower. */
export function stepIndex(settings: Settings, weight: number): number {
  const index = settings.weights.findIndex((planned) => planned >= weight)
  return index === -1 ? settings.weights.length - 1 : index
}

export interface FailureLook {
  readonly at: number
  readonly interval: Interval
  /** The canary has all the traffic, so stable's past is its only reference. */
  readonly alone: boolean
  /** A moment at which every bet is renewed: a step began, or the last one is long ago. */
  readonly renewal: boolean
}

/** One look: all bets of this interval were fixed by what was known before it. */
export function lookAtFailures(settings: Settings, test: FailureTest, look: FailureLook): FailureTest {
  const { at, interval, alone, renewal } = look
  const phi = settings.overdispersion
  const staked = bet(test.against, stakesOf(test.against, renewal))
  const marks = renewal ? remember(test.marks, test.tally) : test.marks
  const expected = expectedRate(settings, test.tally)
  const reference = alone ? (test.reference ?? freeze(settings, test.tally)) : test.reference
  if (alone && reference !== null) {
    const { canary } = interval
    const { ratio, absolute } = settings.tolerance
    const limit = ratio * reference.upper + absolute
    const factors = excessLogFactors(canary, limit, ratioGrid, phi)
    const rate = reference.requests === 0 ? 0 : reference.failures / reference.requests
    return {
      against: play(staked, factors),
      boost: test.boost,
      promotion: promote(settings, test, (margin) =>
        soundnessLogFactors(canary, expected, margin.ratio * reference.lower + margin.absolute, phi),
      ),
      tally: addAlone(test.tally, at, interval, rate),
      marks,
      reference,
    }
  }
  return {
    against: play(staked, ratioLogFactors(interval, 1, phi)),
    boost: phi > 1 ? test.boost : boostedBy(staked, interval, test.boost, 1 / settings.falseRollbacks),
    promotion: promote(settings, test, (margin) => nonInferiorityLogFactors(interval, expected, margin, phi)),
    tally: addInterval(test.tally, at, interval),
    marks,
    reference,
  }
}

function promote(settings: Settings, test: FailureTest, factors: (margin: Margin) => readonly number[]): Mixture[] {
  const limit = promotionCredit / settings.falsePromotions
  return settings.weights.map((weight, index) => {
    const before = test.promotion[index] ?? newMixture(promotionPrior.length)
    // The whole stake is on the table from the start: to be sound is not something that begins later.
    return cutTo(advance(before, before.unspent, factors(marginAt(settings, weight))), limit, promotionPrior)
  })
}

/**
 * Odds against the canary. What the boost adds counts up to the threshold only: there it decides, beyond it the plain evidence speaks.
 */
export function againstOdds(settings: Settings, test: FailureTest): number {
  const plain = evidenceIn(test.against)
  return Math.max(plain, Math.min(test.boost * plain, 1 / settings.falseRollbacks))
}

/** Odds for promotion at this weight. */
export function promotionOdds(settings: Settings, test: FailureTest, weight: number): number {
  const mixture = test.promotion[stepIndex(settings, weight)]
  return mixture === undefined ? 1 : evidenceIn(mixture, promotionPrior)
}

function remember(marks: readonly Tally[], mark: Tally): Tally[] {
  const all = [...marks, mark]
  return all.length <= keptMarks ? all : [...all.slice(0, 1), ...all.slice(2)]
}

/** First guess of stable's rate from all that was seen before; half a failure in 100 requests when nothing was. */
function expectedRate(settings: Settings, tally: Tally): number {
  const { history } = settings
  return (history.failures + tally.stable.failures + 0.5) / (history.requests + tally.stable.requests + 100)
}

function freeze(settings: Settings, tally: Tally): Reference {
  const requests = settings.history.requests + tally.stable.requests
  const failures = settings.history.failures + tally.stable.failures
  const effective = { requests: requests / settings.overdispersion, failures: failures / settings.overdispersion }
  return {
    requests,
    failures,
    upper: upperLimit(effective, settings.falseRollbacks / 10),
    lower: lowerLimit(effective, settings.falsePromotions / 10),
  }
}
