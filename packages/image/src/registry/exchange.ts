import {
  KitError,
  requestAs,
  systemClock,
  systemRandom,
  type Clock,
  type HttpAnswer,
  type HttpRequest,
  type Random,
  type RetryPolicy,
} from '@deploy-kit/core'
import { Authenticator, reached, type AuthenticatorOptions } from './auth/authenticator.ts'
import { challengeIn } from './auth/challenge.ts'
import { anonymous, type CredentialSource } from './auth/credentials.ts'
import { mayBePlain, type Place } from './endpoint.ts'
import { registryPolicy } from './policy.ts'

export interface RegistryOptions {
  /** Default: none are shown. */
  readonly credentials?: CredentialSource
  /** Hosts, with their ports, that may be spoken to without TLS. This machine may always. */
  readonly insecure?: readonly string[]
  /** Hears of each token that was had, so that it is masked in logs. */
  readonly mask?: (secret: string) => void
  readonly signal?: AbortSignal
  readonly policy?: RetryPolicy
  readonly clock?: Clock
  readonly random?: Random
}

/** One request to a registry. */
export interface Ask<Body> {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST'
  /** Below `/v2/`. */
  readonly path: string
  /** What a token must allow: `repository:acme/shop:pull,push`. */
  readonly scopes: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: HttpRequest['body']
  readonly policy?: RetryPolicy
  readonly fetch?: HttpRequest['fetch']
  readonly read: (response: Response) => Promise<Body>
}

/** At most as many addresses does content lie behind one another. */
const longestChain = 4

/** Speaks HTTP with registries: the token flow, redirects to where content is stored, retries. */
export class Exchange {
  readonly insecure: readonly string[]
  readonly policy: RetryPolicy
  readonly #options: RegistryOptions
  readonly #authenticator: Authenticator

  constructor(options: RegistryOptions) {
    this.#options = options
    this.insecure = options.insecure ?? []
    this.policy = options.policy ?? registryPolicy
    const parts: AuthenticatorOptions = {
      credentials: options.credentials ?? anonymous,
      insecure: this.insecure,
      mask: options.mask ?? (() => undefined),
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      policy: this.policy,
      signal: options.signal,
    }
    this.#authenticator = new Authenticator(parts)
  }

  /**
   * The answer of the registry, of whatever status: the caller judges it. A 401 is met once with what it asks for.
   * @throws KitError `registry-unavailable`, `registry-denied`
   */
  async ask<Body>(place: Place, ask: Ask<Body>): Promise<HttpAnswer<Body>> {
    const url = new URL(`/v2/${ask.path}`, place.origin)
    const before = await this.#authenticator.header(place.registry, ask.scopes)
    const first = await this.#send(place, url, ask, before)
    if (first.status !== 401) return first
    const challenge = challengeIn(first.headers.get('www-authenticate'))
    if (challenge === undefined) return first
    const authorization = await this.#authenticator.answer(place.registry, challenge, ask.scopes, before)
    return this.#send(place, url, ask, authorization)
  }

  async #send<Body>(place: Place, start: URL, ask: Ask<Body>, authorization: string | undefined): Promise<HttpAnswer<Body>> {
    const { clock, random, signal } = this.#options
    let url = start
    for (let step = 0; ; step += 1) {
      // Where content is stored is another's server: it gets a signed address, and no credentials.
      const own = url.origin === start.origin && authorization !== undefined ? { authorization } : {}
      const answer = await reached(place.registry, () =>
        requestAs(url, {
          method: ask.method,
          headers: { 'user-agent': 'deploy-kit', ...ask.headers, ...own },
          policy: ask.policy ?? this.policy,
          lastIsAnswer: true,
          read: ask.read,
          ...(ask.body !== undefined && { body: ask.body }),
          ...(ask.fetch !== undefined && { fetch: ask.fetch }),
          ...(clock !== undefined && { clock }),
          ...(random !== undefined && { random }),
          ...(signal !== undefined && { signal }),
        }),
      )
      const location = answer.headers.get('location')
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && (ask.method === 'GET' || ask.method === 'HEAD')
      if (!isRedirect || location === null) return answer
      if (step === longestChain)
        throw new KitError('registry-unavailable', `${place.registry} redirects ${longestChain + 1} times in a row.`)
      url = this.follow(place, location, url)
    }
  }

  /** The address that an answer names. @throws KitError `registry-refused` when it is without TLS */
  follow(place: Place, location: string, from: URL | string): URL {
    const url = new URL(location, from)
    if (url.protocol === 'https:' || (url.protocol === 'http:' && mayBePlain(url.host, this.insecure))) return url
    throw new KitError('registry-refused', `${place.registry} sends on to ${url.protocol}//${url.host}, which is without TLS.`)
  }
}
