import type { Random } from '../ports/random.ts'

/** How often, how long and after which answers a request is tried again. Every wait of the product stands in one of these. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  readonly longestRetryAfterMs: number
  /** Whether pauses are stretched at random, so that clients do not come back in step. */
  readonly jitter: boolean
  /** Limit of one try. */
  readonly timeoutMs: number
  readonly retryStatuses: readonly number[]
}

/** The pause after the given try, which counts from 1: doubled each time, up to the longest, and with jitter up to twice that. */
export const pauseMs = (policy: RetryPolicy, attempt: number, random: Random): number =>
  Math.min(policy.longestPauseMs, policy.firstPauseMs * 2 ** (attempt - 1)) * (policy.jitter ? 1 + random() : 1)

const busy = [408, 425, 429, 500, 502, 503, 504]

/** For work that may take its time. */
export const patient: RetryPolicy = {
  retries: 4,
  firstPauseMs: 250,
  longestPauseMs: 4_000,
  longestRetryAfterMs: 30_000,
  jitter: true,
  timeoutMs: 10_000,
  retryStatuses: busy,
}

/** For the abort inside the 6 s that a cancelled job leaves: quick tries, short timeouts. */
export const urgent: RetryPolicy = {
  retries: 8,
  firstPauseMs: 50,
  longestPauseMs: 400,
  longestRetryAfterMs: 500,
  jitter: false,
  timeoutMs: 1_500,
  retryStatuses: busy,
}

/** For requests that must not be repeated, and for checks whose first answer counts. */
export const single: RetryPolicy = { ...patient, retries: 0, retryStatuses: [] }
