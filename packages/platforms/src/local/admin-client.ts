import { KitError, messageOf, patient, reasonCodes, request, type HttpAnswer, type ReasonCode, type RetryPolicy } from '@deploy-kit/core'
import { holderHeader, type Problem } from './protocol.ts'

export interface AdminCall {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses that are answers and no errors, besides those below 400. */
  readonly accept?: readonly number[]
  readonly policy?: RetryPolicy
}

/** Talks to an edge's admin API in the name of a lease holder. */
export class AdminClient {
  readonly #base: string
  readonly #holder: string

  constructor(base: string, holder: string) {
    this.#base = base.replace(/\/+$/, '')
    this.#holder = holder
  }

  /** @throws KitError what the edge refused it with, `platform-unreachable` when it does not answer; the signal's reason */
  async call(
    path: string,
    signal: AbortSignal,
    { method = 'GET', body, headers, accept = [], policy = patient }: AdminCall = {},
  ): Promise<HttpAnswer> {
    const answer = await request(`${this.#base}${path}`, {
      method,
      headers: {
        ...(method !== 'GET' && { [holderHeader]: this.#holder }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
      policy,
    }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw new KitError('platform-unreachable', `The edge at ${this.#base} did not answer: ${messageOf(error)}`, { cause: error })
    })
    if (answer.status < 400 || accept.includes(answer.status)) return answer
    throw problemOf(answer, `${method} ${path}`)
  }
}

/** The error that the edge described. */
const problemOf = ({ status, body }: HttpAnswer, what: string): KitError => {
  const problem = parse(body)
  if (problem?.code !== undefined && Object.hasOwn(reasonCodes, problem.code))
    return new KitError(problem.code as ReasonCode, problem.message ?? '', problem.remedy === undefined ? {} : { remedy: problem.remedy })
  return new KitError('platform-unreachable', `What answered ${what} with ${status} is no edge of deploy-kit.`)
}

const parse = (body: string): Partial<Problem> | undefined => {
  try {
    return JSON.parse(body) as Partial<Problem>
  } catch {
    return undefined
  }
}
