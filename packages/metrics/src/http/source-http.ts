import { KitError, messageOf, patient, request, type Clock, type HttpAnswer, type RetryPolicy } from '@deploy-kit/core'
import { fetchTrusting } from './fetch-trusting.ts'

/** A request of a source; who waits, how long and how often is not the source's business. */
export interface HttpExchange {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** Statuses that are an answer here, though others would be asked again for them. */
  readonly answers?: readonly number[]
  /** Certificates in PEM that are trusted instead of the well-known ones. */
  readonly ca?: string
}

/**
 * Whoever judges asks again at the next look, so a few quick tries do. 429 and 503 say by Retry-After when to come again;
 * one that asks for more than this is told as it is.
 */
export const sourcePolicy: RetryPolicy = {
  ...patient,
  retries: 2,
  firstPauseMs: 500,
  longestPauseMs: 2_000,
  longestRetryAfterMs: 10_000,
  timeoutMs: 10_000,
  retryStatuses: [408, 425, 429, 502, 503, 504],
}

/** The `http` of a source's context. */
export const sourceHttp =
  (clock: Clock, policy: RetryPolicy = sourcePolicy) =>
  async (url: string | URL, { answers = [], ca, ...exchange }: HttpExchange): Promise<HttpAnswer> => {
    const retryStatuses = policy.retryStatuses.filter((status) => !answers.includes(status))
    try {
      return await request(url, {
        ...exchange,
        policy: { ...policy, retryStatuses },
        clock,
        ...(ca !== undefined && { fetch: fetchTrusting(ca) }),
      })
    } catch (error) {
      exchange.signal.throwIfAborted()
      throw new KitError('metrics-unavailable', messageOf(error), {
        remedy: 'Check the address, and that the runner can reach it; a source that answers 429 or 503 is asked too often, or overloaded.',
        cause: error instanceof Error ? error.cause : error,
      })
    }
  }
