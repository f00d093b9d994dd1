import type { Halves } from './dispersion.ts'
import type { Spread } from './spread.ts'

/** How one metric is judged. */
export interface MetricOptions {
  /**
   * A canary is within tolerance while its share is at most `ratio` x stable's + `absolute`. For latency that is the share of requests slower
   * than any one bucket boundary. Defaults 1.1 and 0.001, for latency 1.1 and 0.005, for an objective 1.2 and 0.005.
   */
  readonly tolerance?: { readonly ratio?: number | undefined; readonly absolute?: number | undefined } | undefined
  /** Share of the false-rollback budget, relative to the other metrics. Default 2 for errors, 1 for the others. */
  readonly budgetShare?: number | undefined
  /** `critical`: can send the canary back, and must be sound for a step to pass. `advisory`: is reported only. Default critical. */
  readonly role?: 'critical' | 'advisory' | undefined
  /** Phi: variance of the split of failures relative to independent failures; failures in clumps of n have about n. 1 or more; found out when not given. */
  readonly overdispersion?: number | undefined
  /** What stable did before the rollout: a better first guess, and a reference where no stable runs beside. */
  readonly history?: History | undefined
}

export interface History {
  readonly requests: number
  readonly failures: number
  /** Requests per latency bucket, not cumulative. */
  readonly latency?: readonly number[] | undefined
  /** Upper ends of the buckets in seconds. */
  readonly boundaries?: readonly number[] | undefined
  /** Halves of stable in the intervals before, oldest first, as long as those of the samples: what is known of phi from the start. For failures. */
  readonly halves?: readonly Halves[] | undefined
  /** The same without halves, where the instances of stable are not told apart. */
  readonly intervals?: readonly Pick<History, 'requests' | 'failures'>[] | undefined
  /** How failures clumped in an earlier rollout, `judge.state().spread` at its end. It fades as others come. */
  readonly spread?: Spread | null | undefined
}

export interface LatencyOptions extends MetricOptions {
  /**
   * Seconds within which a request should be answered. The share of slower requests becomes a metric of its own, `<name>-slo`, that a step must
   * prove to be sound; counted at the first bucket boundary that is not below. Without it latency can send back but is not required to pass.
   */
  readonly slo?: number | undefined
}

/** What the judge promises, and how much worse a canary may be. Everything has a default. */
export interface JudgeOptions {
  /** Alpha: the probability that a whole rollout of a canary that is no worse is ever rolled back by the comparison. 0 to 1, default 0.01. */
  readonly falseRollbacks?: number | undefined
  /** Beta: the probability that a step passes although the canary is worse than the step's margin. 0 to 1, default 0.05. */
  readonly falsePromotions?: number | undefined
  /** Tolerance of failure rates. Defaults 1.1 and 0.001. */
  readonly tolerance?: { readonly ratio?: number | undefined; readonly absolute?: number | undefined } | undefined
  /**
   * Which canaries the false-rollback budget protects. `no-worse`: those that are not worse than stable; a canary that is, but within the tolerance by the
   * point estimate, is not sent back either. `within-tolerance`: every canary within the tolerance, which takes 1.3 to 1.7 times as long. Default `no-worse`.
   */
  readonly protects?: 'no-worse' | 'within-tolerance' | undefined
  /**
   * Share of all users' requests that may fail because of the canary; a step at weight w proves a margin of harm / w, but never a
   * narrower one than `tolerance.absolute`. 0 to 1, default 0.001.
   */
  readonly harm?: number | undefined
  /** Failures of the canary without which there is no rollback by comparison. Default 3. */
  readonly minimumErrors?: number | undefined
  /** A regression may begin at any time, so the test renews its bets on every step and after this long. Milliseconds, default 300 000. */
  readonly restartEveryMs?: number | undefined
  /**
   * Phi of all metrics that do not name their own, and the least of what is measured; 1 says that failures are independent. When nobody gives it, it is found out, and until then
   * the failures of a look count as one, up to 16 of them. 1 or more.
   */
  readonly overdispersion?: number | undefined
  /** Absolute guard: the failure share of ALL traffic above which the release goes back whatever the comparison says. 1 turns it off. Default 0.5. */
  readonly ceiling?: number | undefined
  /** Probability of a false alarm of the absolute guard. Default 0.001. */
  readonly ceilingFalseAlarms?: number | undefined
  /**
   * The canary's weights that are planned, in percent; margins of promotion are prepared for these. Where 100 is among them, the step before it, be it a preview
   * at 0, passes only when stable is known well enough for the canary to be alone. Default 1, 5, 10, 25, 50, 75, 100, without that condition.
   */
  readonly weights?: readonly number[] | undefined
  /** What stable did before the rollout. */
  readonly history?: History | undefined
  readonly errors?: Pick<MetricOptions, 'budgetShare' | 'role' | 'overdispersion'> | undefined
  /** Judges the latency histograms of the samples too. Off when not given. */
  readonly latency?: LatencyOptions | undefined
  /** Further metrics, whose counts come in `sample.metrics`: failed of total, histograms, or gauges (a weak test, advisory unless asked otherwise). */
  readonly metrics?:
    | Readonly<Record<string, ({ readonly kind: 'failures' | 'gauge' } & MetricOptions) | ({ readonly kind: 'latency' } & LatencyOptions)>>
    | undefined
  readonly liveness?: LivenessOptions | undefined
  /** Odds at which stable's own halves (`sample.halves`) show that the environment is too noisy to judge. Default 100. */
  readonly noisyAt?: number | undefined
}

export interface LivenessOptions {
  /** Chance, over the whole rollout, to take a silence of the canary that is luck for a router that sends it nothing. Default 0.0001. */
  readonly probability?: number | undefined
  /** The silence must last this long too, since weights need time to reach every proxy. Milliseconds, default 30 000. */
  readonly graceMs?: number | undefined
}

export interface Tolerance {
  readonly ratio: number
  readonly absolute: number
}

/** Everything about one metric, defaults filled in. */
export interface MetricSettings {
  readonly name: string
  /** `failures`: failed of total; `latency`: the shape of a histogram; `gauge`: one number a side. */
  readonly kind: 'failures' | 'latency' | 'gauge'
  /** Where its counts are: the sample itself, or an entry of `sample.metrics`. */
  readonly source: string | null
  /** Seconds above which a request counts as failed, for a share of slow requests. */
  readonly slo: number | null
  readonly advisory: boolean
  /** This metric's part of the false-rollback budget; the evidence that decides is 1 / alpha. */
  readonly alpha: number
  readonly beta: number
  readonly tolerance: Tolerance
  readonly strict: boolean
  readonly harm: number
  readonly minimumErrors: number
  readonly overdispersion: number
  /** Nobody said how failures clump, so it must be found out. */
  readonly findsOut: boolean
  readonly weights: readonly number[]
  readonly history: { readonly requests: number; readonly failures: number }
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] } | null
}

/** The options with every default filled in. */
export interface Settings {
  readonly metrics: readonly MetricSettings[]
  readonly falseRollbacks: number
  readonly restartEveryMs: number
  readonly overdispersion: number
  /** Whether a step is planned at which the canary has all the requests. */
  readonly leavesStable: boolean
  /** How failures of stable clumped before. */
  readonly spread: Spread | null
  readonly ceiling: number
  readonly ceilingFalseAlarms: number
  readonly noisyAt: number
  readonly liveness: { readonly probability: number; readonly graceMs: number }
}
