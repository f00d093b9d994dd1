/** Requests of one side since the last read; undefined latency when the source has no histogram. */
export interface SideCounts {
  readonly requests: number
  readonly failures: number
  /** Requests per bucket, not cumulative; one more than there are boundaries, the last is open. */
  readonly latency?: readonly number[]
}

/** One interval of both sides. A side is undefined when the source has no data of it, which is not zero requests. */
export interface Counts {
  /** Milliseconds since the epoch at which the interval ends. */
  readonly at: number
  readonly canary: SideCounts | undefined
  readonly stable: SideCounts | undefined
  /** Upper boundaries of the latency buckets in seconds, rising. */
  readonly boundaries?: readonly number[]
}
