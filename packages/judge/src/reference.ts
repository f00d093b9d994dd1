import type { MetricSettings } from './options.ts'
import { lowerLimit, upperLimit } from './one-sample.ts'
import { divergence, type Margin } from './projection.ts'
import type { Tally } from './tally.ts'

/** What is known of stable when it no longer runs beside the canary: frozen at that moment, so that the bets stay fair. */
export interface Reference {
  readonly requests: number
  readonly failures: number
  /** Limits of stable's failure rate, each wrong with a tenth of the budget it serves. */
  readonly upper: number
  readonly lower: number
}

/** Stable's part of a test of failures; `apart` is of other kinds of requests, and no reference for the users' own. */
export interface KnownOfStable {
  readonly tally: Tally
  readonly apart?: { readonly requests: number; readonly failures: number }
}

interface Counted {
  readonly requests: number
  readonly failures: number
}

/** All that was counted of stable, before the rollout and in it. */
function countedOf({ history }: MetricSettings, { tally, apart }: KnownOfStable): Counted {
  return {
    requests: history.requests + tally.stable.requests - (apart?.requests ?? 0),
    failures: history.failures + tally.stable.failures - (apart?.failures ?? 0),
  }
}

/** Failures of which `phi` count as one say as much as so many fewer requests. */
function effective({ requests, failures }: Counted, phi: number): Counted {
  return { requests: requests / phi, failures: failures / phi }
}

/** The reference for a canary that is alone from now on. */
export function freeze(settings: MetricSettings, known: KnownOfStable, phi: number): Reference {
  const counted = countedOf(settings, known)
  const worth = effective(counted, phi)
  return { ...counted, upper: upperLimit(worth, settings.alpha / 10), lower: lowerOf(worth, settings) }
}

function lowerOf(counted: Counted, { beta }: MetricSettings): number {
  return lowerLimit(counted, beta / 10)
}

/**
 * Whether the canary may be left alone: what is known of stable is all that it will be held against, and it can grow no more. Too little makes a good canary
 * wait long for its evidence, or for ever. So stable is watched for as long as that shortens the time alone by more than it takes.
 * @param stableShare part of the requests that stable still gets, above 0 to 1
 * @param margin what the canary must prove when it is alone
 */
export function knowsEnough(settings: MetricSettings, known: KnownOfStable, phi: number, stableShare: number, margin: Margin): boolean {
  const now = effective(countedOf(settings, known), phi)
  const alone = requestsAlone(settings, now, margin)
  if (alone === Infinity) return false
  const more = now.requests * outlook
  const then = requestsAlone(settings, { requests: now.requests + more, failures: now.failures * (1 + outlook) }, margin)
  return alone - then <= more / stableShare
}

/** How far one looks ahead, as a part of what is known: little, so that it is a slope. */
const outlook = 0.02

/** Stable's rate may be higher than it looks by chance, and then a canary that is as good looks worse. It is taken to be at the limit that is wrong with this probability. */
const unlucky = 0.5

/** Requests after which a canary as good as stable has its evidence; Infinity where what is known of stable allows none. */
function requestsAlone(settings: MetricSettings, stable: Counted, { ratio, absolute }: Margin): number {
  const rate = upperLimit(stable, unlucky)
  const limit = ratio * lowerOf(stable, settings) + absolute
  if (limit >= 1) return 0
  return rate >= limit ? Infinity : Math.log(1 / settings.beta) / divergence(rate, limit)
}
