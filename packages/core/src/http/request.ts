import pRetry, { AbortError } from 'p-retry'
import { KitError, messageOf } from '../errors.ts'
import { systemClock, type Clock } from '../ports/clock.ts'
import { systemRandom, type Random } from '../ports/random.ts'
import { pauseMs, patient, type RetryPolicy } from './retry-policy.ts'

export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A Blob is read anew for each try, so that a large file need not be in memory (`openAsBlob`). */
  readonly body?: string | Uint8Array | Blob
  readonly signal?: AbortSignal
  readonly policy?: RetryPolicy
  readonly clock?: Clock
  readonly random?: Random
  /** What makes the exchange, where it is not Node's own fetch: one that trusts a private certificate authority. */
  readonly fetch?: (url: string | URL, init: RequestInit & { readonly signal: AbortSignal }) => Promise<Response>
  /** Whether a status that is worth a retry is an answer like others once the tries are used up. Default: it is an error. */
  readonly lastIsAnswer?: boolean
}

export interface HttpAnswer<Body = string> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** Reads the body of an answer in another way than as text. A KitError that it throws ends the request as it is; others are worth a retry. */
export interface BodyReader<Body> {
  readonly read: (response: Response) => Promise<Body>
}

/**
 * One HTTP exchange under a policy. Any status that is not worth a retry is an answer; the caller judges it.
 * @throws KitError `http-unreachable` when the tries are used up; the signal's reason when it is aborted
 */
export const request = async (url: string | URL, options: HttpRequest = {}): Promise<HttpAnswer> =>
  requestAs(url, { ...options, read: (response) => response.text() })

/** The same, with the body read as the caller says. @throws KitError as request, and whatever KitError `read` throws */
export const requestAs = async <Body>(url: string | URL, options: HttpRequest & BodyReader<Body>): Promise<HttpAnswer<Body>> => {
  const policy = options.policy ?? patient
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const once = async (isLast: boolean): Promise<HttpAnswer<Body>> => {
    const timeout = AbortSignal.timeout(policy.timeoutMs)
    const response = await (options.fetch ?? fetch)(url, {
      method: options.method ?? 'GET',
      ...(options.headers !== undefined && { headers: options.headers }),
      ...(options.body !== undefined && { body: options.body as NonNullable<RequestInit['body']> }),
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
      redirect: 'manual',
    })
    const { status, headers } = response
    if (policy.retryStatuses.includes(status) && !(isLast && options.lastIsAnswer === true)) {
      throw new WorthARetry({ status, headers, body: await response.text() })
    }
    return { status, headers, body: await options.read(response) }
  }
  try {
    return await pRetry(
      (attempt) =>
        once(attempt > policy.retries).catch((error: unknown) => {
          if (options.signal?.aborted === true) throw new AbortError(options.signal.reason as Error)
          if (error instanceof KitError) throw new AbortError(error)
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
    if (error instanceof KitError) throw error
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
