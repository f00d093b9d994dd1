import { KitError, type Clock } from '@deploy-kit/core'
import type { CheckRequest } from '../suite/suite.ts'
import { exchange, type Answer, type Exchange } from './exchange.ts'

/** What one try came to. */
export type Sample =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Worth another try: the network, a gateway or an overload stood between, so nothing was learnt about the version. */
  | { readonly kind: 'no-answer'; readonly problem: string; readonly answer?: Answer }
  /** Another try would end the same: a wrong certificate, an answer that is not HTTP. */
  | { readonly kind: 'broken'; readonly problem: string }

export interface Aim {
  readonly url: string
  /** Headers of the suite, then those that route to the side under test, which win over the suite's and the check's. */
  readonly common: Readonly<Record<string, string>>
  readonly routing: Readonly<Record<string, string>>
}

export interface Limits {
  readonly clock: Clock
  /** Milliseconds that this try may take. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const worthARetry: ReadonlySet<number> = new Set([502, 503, 504])
const networkErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'ENOTFOUND',
]) // prettier-ignore

/** One try of a request, redirects included when the check asks for them. @throws the signal's reason when it is aborted */
export const takeSample = async (
  asked: CheckRequest,
  expected: readonly number[] | undefined,
  aim: Aim,
  limits: Limits,
): Promise<Sample> => {
  const timeout = AbortSignal.timeout(Math.max(1, limits.timeoutMs))
  const signal = AbortSignal.any([limits.signal, timeout])
  try {
    const answer = await follow(firstExchange(asked, aim), asked.redirects, limits.clock, signal)
    const isOverload = worthARetry.has(answer.status) && expected?.includes(answer.status) !== true
    return isOverload ? { kind: 'no-answer', problem: `status ${answer.status}`, answer } : { kind: 'answer', answer }
  } catch (error) {
    limits.signal.throwIfAborted()
    if (timeout.aborted) return { kind: 'no-answer', problem: `nothing within ${Math.round(limits.timeoutMs)} ms` }
    const { code = '', message } = error as NodeJS.ErrnoException
    // The error of a host with several addresses has no message of its own.
    return { kind: networkErrors.has(code) ? 'no-answer' : 'broken', problem: message === '' ? code : message }
  }
}

const firstExchange = (asked: CheckRequest, aim: Aim): Exchange => {
  const base = new URL(aim.url)
  // Not `new URL(path, base)`: that would drop the base's own path, and a path filled from a variable could name another host.
  const url = new URL(`${base.origin}${base.pathname.replace(/\/$/, '')}${asked.path}`)
  return {
    url,
    method: asked.method,
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'deploy-kit-smoke',
      ...(asked.body !== undefined && typeof asked.body !== 'string' && { 'content-type': 'application/json' }),
      ...lowerCased(aim.common),
      ...lowerCased(asked.headers),
      ...lowerCased(aim.routing),
    },
    ...(asked.body !== undefined && { body: typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body) }),
  }
}

const follow = async (first: Exchange, redirects: number, clock: Clock, signal: AbortSignal): Promise<Answer> => {
  let now = first
  let latencyMs = 0
  for (let left = redirects; ; left -= 1) {
    const answer = await exchange(now, clock, signal)
    latencyMs += answer.latencyMs
    const location = answer.headers['location']
    if (left <= 0 || location === undefined || answer.status < 300 || answer.status > 399) return { ...answer, latencyMs }
    now = redirected(now, answer.status, location)
  }
}

/** The next request after a redirect (RFC 9110, 15.4): 307 and 308 keep method and body. Headers stay with their origin: they may hold secrets. */
const redirected = (from: Exchange, status: number, location: string): Exchange => {
  const url = new URL(location, from.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new KitError('smoke-failed', `redirected to ${url.protocol}, which is not HTTP`)
  const headers = url.origin === from.url.origin ? from.headers : { accept: '*/*', 'accept-encoding': 'identity' }
  if (status === 307 || status === 308) return { ...from, url, headers }
  return { url, method: from.method === 'HEAD' ? 'HEAD' : 'GET', headers }
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
