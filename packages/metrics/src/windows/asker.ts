import { formatDuration, KitError, type HttpAnswer } from '@deploy-kit/core'
import type * as z from 'zod'
import { jsonOf, okAnswer, type AnswerWords } from '../http/judge-status.ts'
import type { HttpExchange } from '../http/source-http.ts'
import type { SourceContext } from '../source.ts'

export interface AskerWords extends AnswerWords {
  /** Milliseconds to wait when the answer says that there are too many requests; undefined when it says something else. */
  readonly busyFor?: (answer: HttpAnswer) => number | undefined
  /** Whether an answer with another status than 401 and 403 means the credentials. */
  readonly isUnauthorised?: (answer: HttpAnswer) => boolean
}

/** A request; as a function where each try needs one of its own. */
export type Question = Pick<HttpExchange, 'method' | 'headers' | 'body'>

/** So long one read may wait for a source that is busy; a longer wait is left to the next looks. */
const patienceMs = 5_000
/** A 429 that does not say how long. */
const unsaidMs = 1_000
const tries = 3

/**
 * Asks one source for JSON. A source that says when to come again is not asked before: not within this read, and not by the next ones.
 */
export class Asker {
  readonly #context: SourceContext
  readonly #words: AskerWords
  #quietUntil = 0

  constructor(context: SourceContext, words: AskerWords) {
    this.#context = context
    this.#words = words
  }

  /**
   * @throws KitError `metrics-unavailable`, `metrics-unauthorised`, `metrics-query-invalid` (refused, or not of the schema); the signal's reason when it is aborted
   */
  async json<Schema extends z.ZodType>(
    schema: Schema,
    url: URL,
    question: Question | (() => Promise<Question>),
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const answer = okAnswer(this.#authorised(await this.#answer(url, question, signal)), this.#words)
    const parsed = schema.safeParse(jsonOf(answer, this.#words))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw this.unexpected(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
  }

  /** An answer that is none to what was asked. */
  unexpected(what: string): KitError {
    return new KitError('metrics-query-invalid', `${this.#words.source} answered something that cannot be counted: ${what}.`, {
      remedy: 'Check the address and the query; docs/metric-sources.md shows what they should be.',
    })
  }

  /** A query that the source does not take, told in an answer of 200. */
  refused(message: string): KitError {
    return new KitError('metrics-query-invalid', `${this.#words.source} refuses the query: ${message.slice(0, 300)}`, {
      remedy: 'Correct the query.',
    })
  }

  /** Credentials that do not suffice, told in an answer of 200. */
  unauthorised(message: string): KitError {
    return new KitError('metrics-unauthorised', `${this.#words.source} refuses the credentials: ${message.slice(0, 300)}`, {
      remedy: this.#words.credentials,
    })
  }

  /** An answer that holds a part of what was counted, or nothing because the source failed. */
  broken(what: string): KitError {
    return new KitError('metrics-unavailable', `${this.#words.source} could not count: ${what}.`)
  }

  async #answer(url: URL, question: Question | (() => Promise<Question>), signal: AbortSignal): Promise<HttpAnswer> {
    const { clock, http } = this.#context
    for (let attempt = 1; ; attempt += 1) {
      const quietMs = this.#quietUntil - clock.now()
      if (quietMs > patienceMs) throw this.#busy(quietMs)
      if (quietMs > 0) await clock.sleep(quietMs, signal)
      const answer = await http(url, { ...(typeof question === 'function' ? await question() : question), signal, answers: [429] })
      const busyMs = this.#words.busyFor?.(answer) ?? (answer.status === 429 ? (retryAfterMs(answer, clock.now()) ?? unsaidMs) : undefined)
      if (busyMs === undefined) return answer
      this.#quietUntil = clock.now() + busyMs
      if (attempt === tries) throw this.#busy(busyMs)
    }
  }

  #authorised(answer: HttpAnswer): HttpAnswer {
    if (this.#words.isUnauthorised?.(answer) !== true) return answer
    throw this.unauthorised(`status ${answer.status}: ${answer.body.trim()}`)
  }

  #busy(ms: number): KitError {
    return new KitError('metrics-unavailable', `${this.#words.source} has too many requests, and asks to wait ${formatDuration(ms)}.`, {
      remedy: 'Nothing is lost by waiting. If it goes on, ask less often (`poll`), or have the limit of the account raised.',
    })
  }
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
const retryAfterMs = ({ headers }: HttpAnswer, now: number): number | undefined => {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
