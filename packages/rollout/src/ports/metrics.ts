import type { KitError } from '@deploy-kit/core'

/** Requests of one side since the last read; undefined latency when the source has no histogram. */
export interface SideCounts {
  readonly requests: number
  readonly failures: number
  /** Requests per bucket, not cumulative; one more than there are boundaries, the last is open. */
  readonly latency?: readonly number[]
}

/** One metric of both sides. A side is undefined when the source has no data of it, which is not zero requests. */
export interface MetricCounts {
  readonly canary: SideCounts | undefined
  readonly stable: SideCounts | undefined
  /** Upper boundaries of the latency buckets in seconds, rising. */
  readonly boundaries?: readonly number[]
  /** The present value on both sides, in any unit, of what has no counts. */
  readonly gauge?: { readonly canary: number; readonly stable: number }
}

/** Requests and failures of some of stable's instances. */
export type HalfCounts = Pick<SideCounts, 'requests' | 'failures'>

/** What stable did before the rollout. */
export interface RecentCounts {
  readonly requests: number
  readonly failures: number
  /** Milliseconds in which they were counted. */
  readonly ms: number
  /** Halves of stable in its intervals, oldest first, where the instances are known. */
  readonly halves?: readonly (readonly [HalfCounts, HalfCounts])[]
  /** Stable in its intervals, oldest first, where the instances are not known. */
  readonly intervals?: readonly HalfCounts[]
}

/** One interval of both sides. */
export interface Counts extends MetricCounts {
  /** Milliseconds since the epoch at which the interval ends. */
  readonly at: number
  /** Where it begins, from a source that tells of the past with a lag: it may be a time before the present step. */
  readonly from?: number
  /** Further metrics, by name. */
  readonly metrics?: Readonly<Record<string, MetricCounts>>
  /** Requests of other kinds, such as synthetic ones, whose failure rate may be another: each is compared only with its own kind. */
  readonly strata?: readonly MetricCounts[]
  /**
   * What stable counted, by the instances that answered, dealt into two halves that run the same code and should differ by chance only: from them the
   * judge learns how much this environment differs from itself. An instance keeps its half. Absent where fewer than two instances are told apart.
   */
  readonly halves?: readonly [HalfCounts, HalfCounts]
  /** Sources, among several, that could not be read this time. What they counted comes with a later read. */
  readonly unread?: readonly KitError[]
}
