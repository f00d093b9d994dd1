/** One interval of a recorded series: what both sides did since the line before. */
export interface Line {
  /** Milliseconds since the epoch at the end of the interval. */
  readonly at: number
  readonly canary: SideOfLine
  readonly stable: SideOfLine
  /** Percent that should have reached the canary; by default the share that did. */
  readonly weight?: number
  /** Upper ends of the latency buckets in seconds. */
  readonly boundaries?: readonly number[]
}

export interface SideOfLine {
  readonly requests: number
  readonly failures: number
  readonly latency?: readonly number[]
}
