import pRetry, { AbortError } from 'p-retry'
import { KitError, messageOf } from '../errors.ts'
import { systemClock, type Clock } from '../ports/clock.ts'
import { systemRandom, type Random } from '../ports/random.ts'
import { pauseMs, patient, type RetryPolicy } from './retry-policy.ts'

export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
  readonly policy?: RetryPolicy
  readonly clock?: Clock
  readonly random?: Random
  /** What makes the exchange, where it is not Node's own fetch: one that trusts a private certificate authority. */
  readonly fetch?: (url: string | URL, init: RequestInit & { readonly signal: AbortSignal }) => Promise<Response>
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * One HTTP exchange under a policy. Any status that is not worth a retry is an answer; the caller judges it.
 * @throws KitError `http-unreachable` when the tries are used up; the signal's reason when it is aborted
 */
export const request = async (url: string | URL, options: HttpRequest = {}): Promise<HttpAnswer> => {
  const policy = options.policy ?? patient
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const once = async (): Promise<HttpAnswer> => {
    const timeout = AbortSignal.timeout(policy.timeoutMs)
    const response = await (options.fetch ?? fetch)(url, {
      method: options.method ?? 'GET',
      ...(options.headers !== undefined && { headers: options.headers }),
      ...(options.body !== undefined && { body: options.body as NonNullable<RequestInit['body']> }),
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
      redirect: 'manual',
    })
    const answer = { status: response.status, headers: response.headers, body: await response.text() }
    if (policy.retryStatuses.includes(answer.status)) throw new WorthARetry(answer)
    return answer
  }
  try {
    return await pRetry(
      () =>
        once().catch((error: unknown) => {
          if (options.signal?.aborted === true) throw new AbortError(options.signal.reason as Error)
          throw error instanceof Error ? error : new Error(messageOf(error))
        }),
      {
        retries: policy.retries,
        // The pauses are made below, by the clock that was passed in.
        minTimeout: 0,
        ...(options.signal !== undefined && { signal: options.signal }),
        onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
          if (retriesLeft === 0) return
          const asked = error instanceof WorthARetry ? error.retryAfterMs(clock.now()) : undefined
          await clock.sleep(
            asked === undefined ? pauseMs(policy, attemptNumber, random) : Math.min(asked, policy.longestRetryAfterMs),
            options.signal,
          )
        },
      },
    )
  } catch (error) {
    options.signal?.throwIfAborted()
    const { origin, pathname } = new URL(url)
    const tries = policy.retries === 0 ? 'once' : `${policy.retries + 1} times`
    throw new KitError(
      'http-unreachable',
      `${options.method ?? 'GET'} ${origin}${pathname} was tried ${tries} without success: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

class WorthARetry extends Error {
  readonly answer: HttpAnswer

  constructor(answer: HttpAnswer) {
    super(`status ${answer.status}: ${answer.body.slice(0, 200)}`)
    this.answer = answer
  }

  /** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
  retryAfterMs(now: number): number | undefined {
    const value = this.answer.headers.get('retry-after')
    if (value === null) return undefined
    const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
    return Number.isNaN(ms) ? undefined : Math.max(0, ms)
  }
}
