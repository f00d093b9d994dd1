/** What a run of a suite found. Holds no secret. */
export interface SmokeReport {
  readonly suite: string
  readonly passed: boolean
  readonly checks: readonly CheckReport[]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMs: number
  /** Checks that passed only after a retry. */
  readonly flaky: number
}

export interface CheckReport {
  readonly name: string
  readonly passed: boolean
  /** Requests that were tried, retries included. */
  readonly attempts: number
  /** Slowest of the answers that counted; undefined when none came. */
  readonly latencyMs?: number
  readonly flaky: boolean
  /** What was expected and what came, a line per expectation. */
  readonly failure?: string
}
