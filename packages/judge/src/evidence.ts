import type { GaugePair } from './gauge-test.ts'
import type { ShapeView } from './shape-test.ts'

/** Counts of one side. */
export interface SideEvidence {
  readonly requests: number
  readonly failures: number
  /** failures / requests; null without requests. */
  readonly rate: number | null
}

/** "odds : 1", and how much of it decides. */
export interface Odds {
  readonly odds: number
  readonly needed: number
}

/** What one metric of failures says. */
export interface FailureEvidence {
  readonly kind: 'failures'
  readonly metric: string
  /** Reported only; decides nothing. */
  readonly advisory: boolean
  /** Milliseconds since the first sample, and counts since then. */
  readonly sinceMs: number
  readonly canary: SideEvidence
  readonly stable: SideEvidence
  /** The stretch up to now that speaks most against the canary; a late regression shows here undiluted. */
  readonly stretch: { readonly sinceMs: number; readonly canary: SideEvidence; readonly stable: SideEvidence }
  /** The canary is worse than stable. */
  readonly against: Odds
  /** The canary is better than the margin of the present step. */
  readonly promotion: Odds & { readonly margin: { readonly ratio: number; readonly absolute: number } }
  /** At the last step before the canary is alone: stable's part of the requests, 1 in a preview, and whether stable is known well enough by now; else null. */
  readonly lastOfStable: { readonly share: number; readonly isKnown: boolean } | null
  /** Interval that holds the ratio of the failure rates with 95 % at all looks together; an end is null where nothing is excluded. */
  readonly rateRatio: { readonly low: number | null; readonly high: number | null }
  /** Stable's past, while the canary has all the traffic; `upper` is the limit of its rate that the canary is held against. */
  readonly reference: { readonly requests: number; readonly failures: number; readonly upper: number } | null
}

/** What one latency histogram says. */
export interface LatencyEvidence {
  readonly kind: 'latency'
  readonly metric: string
  readonly advisory: boolean
  readonly sinceMs: number
  /** The canary is slower than stable. */
  readonly against: Odds
  /** Quantiles in seconds over the stretch up to now that speaks most against the canary. */
  readonly stretch: Omit<ShapeView, 'from'> & { readonly sinceMs: number }
}

/** What one gauge says: how often the canary's number was beyond the tolerance. */
export interface GaugeEvidence {
  readonly kind: 'gauge'
  readonly metric: string
  readonly advisory: boolean
  /** Looks at a gauge are hardly independent, and know no size of the effect. */
  readonly strength: 'weak'
  readonly sinceMs: number
  readonly against: Odds
  readonly looks: number
  readonly beyond: number
  readonly last: GaugePair | null
}

export type MetricEvidence = FailureEvidence | LatencyEvidence | GaugeEvidence

/** Why the judge says what it says; plain JSON. The fields of the failure rate stand at the top, all metrics in `metrics`. */
export interface Evidence extends Omit<FailureEvidence, 'kind' | 'metric' | 'advisory'> {
  readonly verdict: 'pass' | 'fail' | 'insufficient' | 'noisy' | 'no-data'
  /** What failed: the name of a metric, `ceiling`, `no-traffic`; null unless the verdict is `fail`. */
  readonly culprit: string | null
  readonly metrics: readonly MetricEvidence[]
  /** More of all requests fail than the ceiling allows. */
  readonly guard: Odds & { readonly ceiling: number }
  /**
   * So many failures of the requests count as one, since they come in clumps; whether that is measured from stable, or only given. Against the canary up to
   * `supposed` failures of a look count as one: more than phi while too little was seen to rule larger clumps out.
   */
  readonly overdispersion: { readonly phi: number; readonly measured: boolean; readonly supposed: number }
  /** Stable differs from itself; null when its halves are not known. */
  readonly control: Odds | null
  /** The canary gets no requests although it should. */
  readonly silence: { readonly requests: number; readonly sinceMs: number; readonly weight: number } | null
  /** Requests of the canary since the step began, against its weight: odds that the router does not do what it was told. A hint, never a verdict. */
  readonly share: { readonly observed: number | null; readonly configured: number; readonly odds: number }
}

export function sideEvidence({ requests, failures }: { requests: number; failures: number }): SideEvidence {
  return { requests, failures, rate: requests === 0 ? null : failures / requests }
}
