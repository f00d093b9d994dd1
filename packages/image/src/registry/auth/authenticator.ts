import { KitError, request, type Clock, type Random, type RetryPolicy } from '@deploy-kit/core'
import { mayBePlain } from '../endpoint.ts'
import { refusal } from '../fault.ts'
import type { Challenge } from './challenge.ts'
import { basic, type CredentialSource } from './credentials.ts'

export interface AuthenticatorOptions {
  readonly credentials: CredentialSource
  readonly insecure: readonly string[]
  /** Hears of each token that was had, so that it is masked in logs. */
  readonly mask: (secret: string) => void
  readonly clock: Clock
  readonly random: Random
  readonly policy: RetryPolicy
  readonly signal: AbortSignal | undefined
}

interface Grant {
  readonly header: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

/**
 * Answers the challenges of registries, and remembers what each one wanted, so that later requests bring it along. Tokens are had once
 * for a set of scopes, also when several requests want one at the same time, and anew shortly before they expire.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #challenges = new Map<string, Challenge>()
  readonly #grants = new Map<string, Promise<Grant>>()

  constructor(options: AuthenticatorOptions) {
    this.#options = options
  }

  /** The `Authorization` for a request, as far as this registry has said before what it wants; undefined: try without. */
  async header(registry: string, scopes: readonly string[]): Promise<string | undefined> {
    const challenge = this.#challenges.get(registry)
    return challenge === undefined ? undefined : this.#meet(registry, challenge, scopes)
  }

  /**
   * The `Authorization` that a refused request should have had.
   * @param refused what it had, so that this is not shown again
   * @throws KitError `registry-denied` when there are no credentials to show, or the token server refuses them
   */
  async answer(registry: string, challenge: Challenge, scopes: readonly string[], refused: string | undefined): Promise<string> {
    this.#challenges.set(registry, challenge)
    return this.#meet(registry, challenge, scopes, refused)
  }

  async #meet(registry: string, challenge: Challenge, scopes: readonly string[], refused?: string): Promise<string> {
    if (challenge.scheme === 'basic') return this.#basic(registry)
    const wanted = scopes.toSorted()
    const key = [registry, ...wanted].join(' ')
    const pending = this.#grants.get(key)
    if (pending !== undefined) {
      const known = await pending
      if (known.header !== refused && known.expires > this.#options.clock.now()) return known.header
      // Another request may have seen the same in the meantime, and asked already.
      const newer = this.#grants.get(key)
      if (newer !== undefined && newer !== pending) return (await newer).header
    }
    const grant = this.#token(registry, challenge, wanted)
    this.#grants.set(key, grant)
    grant.catch(() => this.#grants.delete(key))
    return (await grant).header
  }

  async #basic(registry: string): Promise<string> {
    const credentials = await this.#options.credentials(registry)
    if (credentials?.kind === 'password') return basic(credentials.username, credentials.password)
    throw new KitError('registry-denied', `${registry} wants a user name and a password, and there are none for it.`)
  }

  /** By distribution.github.io/distribution/spec/auth/token/ (GET), and …/oauth/ (POST) for a refresh token. */
  async #token(registry: string, challenge: Challenge & { scheme: 'bearer' }, scopes: readonly string[]): Promise<Grant> {
    const { clock, random, policy, signal } = this.#options
    const realm = this.#realm(registry, challenge.realm)
    const credentials = await this.#options.credentials(registry)
    const query = new URLSearchParams(challenge.service === undefined ? {} : { service: challenge.service })
    const ports = { policy, clock, random, lastIsAnswer: true, ...(signal !== undefined && { signal }) }
    const issued = clock.now()
    let answer
    if (credentials?.kind === 'identity-token') {
      const form = new URLSearchParams([
        ['grant_type', 'refresh_token'],
        ['refresh_token', credentials.token],
        ['client_id', 'deploy-kit'],
        ...query,
        ['scope', scopes.join(' ')],
      ])
      answer = await reached(registry, () =>
        request(realm, {
          ...ports,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
        }),
      )
    } else {
      for (const scope of scopes) query.append('scope', scope)
      for (const [name, value] of query) realm.searchParams.append(name, value)
      const headers = credentials === undefined ? {} : { authorization: basic(credentials.username, credentials.password) }
      answer = await reached(registry, () => request(realm, { ...ports, headers }))
    }
    if (answer.status !== 200) throw refusal(realm.host, `a token for ${registry} (${scopes.join(' ')})`, answer)
    const { token, seconds } = grantIn(answer.body, realm.host)
    this.#options.mask(token)
    // Ten seconds are left for the way, or a quarter of a short life.
    return { header: `Bearer ${token}`, expires: issued + Math.max(seconds - 10, seconds * 0.75) * 1000 }
  }

  #realm(registry: string, text: string): URL {
    const realm = URL.canParse(text) ? new URL(text) : undefined
    const isSafe =
      realm !== undefined && (realm.protocol === 'https:' || (realm.protocol === 'http:' && mayBePlain(realm.host, this.#options.insecure)))
    if (isSafe) return realm
    throw new KitError(
      'registry-denied',
      `${registry} sends for tokens to \`${text}\`, which is no https address: no credentials go there.`,
      {
        remedy: 'Name the host of the token server among the insecure registries when it is meant to be so.',
      },
    )
  }
}

const grantIn = (body: string, host: string): { token: string; seconds: number } => {
  try {
    const { token, access_token, expires_in } = JSON.parse(body) as { token?: unknown; access_token?: unknown; expires_in?: unknown }
    const found = typeof token === 'string' && token !== '' ? token : access_token
    // 60 seconds are the specification's default.
    if (typeof found === 'string' && found !== '') return { token: found, seconds: typeof expires_in === 'number' ? expires_in : 60 }
  } catch {
    // Told below, without the body: it may hold a token after all.
  }
  throw new KitError('registry-denied', `${host} answered the request for a token without one.`)
}

/** A connection that fails is the registry's fault, in its words. */
export const reached = async <T>(registry: string, send: () => Promise<T>): Promise<T> => {
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof KitError) || error.code !== 'http-unreachable') throw error
    throw new KitError('registry-unavailable', `${registry}: ${error.message}`, { cause: error.cause })
  }
}
