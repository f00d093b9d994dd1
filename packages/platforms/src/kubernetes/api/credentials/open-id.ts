import { readFile } from 'node:fs/promises'
import type { CustomFetchOptions } from 'openid-client'
import { KitError, messageOf, type Clock } from '@deploy-kit/core'
import { send } from '../exchange.ts'
import { bearer, marginMs, type Credentials } from './credentials.ts'

/** `user.auth-provider.config` of the provider `oidc`, as the API server's documentation names the keys. */
export type OpenIdConfig = Readonly<Record<string, string | undefined>>

/**
 * An ID token that is refreshed at its issuer when it has expired. A refresh token that the issuer replaces is kept for this process alone: the
 * kubeconfig is not written.
 */
export const openId = (config: OpenIdConfig, clock: Clock): Credentials => {
  let idToken = config['id-token']
  let refreshToken = config['refresh-token']
  let refreshing: Promise<string> | undefined

  const refresh = async (): Promise<string> => {
    const issuer = config['idp-issuer-url']
    const clientId = config['client-id']
    if (issuer === undefined || clientId === undefined || refreshToken === undefined || refreshToken === '')
      throw failed('The ID token has expired, and the kubeconfig lacks `idp-issuer-url`, `client-id` or `refresh-token` to get another.')
    try {
      const client = await import('openid-client')
      const secret = config['client-secret'] ?? ''
      const ca = await certificateOf(config)
      const server = await client.discovery(new URL(issuer), clientId, secret, secret === '' ? client.None() : undefined, {
        ...(ca !== undefined && { [client.customFetch]: fetchTrusting(ca) }),
      })
      const tokens = await client.refreshTokenGrant(server, refreshToken)
      if (tokens.id_token === undefined) throw new Error('it gave no ID token')
      idToken = tokens.id_token
      refreshToken = tokens.refresh_token ?? refreshToken
      return idToken
    } catch (error) {
      // What an issuer has against a request stands beside the message (RFC 6749, 5.2).
      const { error_description: said } = error as { readonly error_description?: string }
      throw failed(`The issuer ${issuer} gave no other ID token: ${said ?? messageOf(error)}`, error)
    }
  }
  return {
    current: async () => {
      if (idToken !== undefined && clock.now() < expiryOf(idToken) - marginMs) return bearer(idToken)
      refreshing ??= refresh().finally(() => (refreshing = undefined))
      return bearer(await refreshing)
    },
    renew: () => {
      idToken = undefined
      return refreshToken !== undefined
    },
  }
}

/** End of a token by its own claim, in milliseconds since the epoch; 0 when it says none. It is the server that verifies it. */
const expiryOf = (token: string): number => {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { readonly exp?: number }
    return (exp ?? 0) * 1_000
  } catch {
    return 0
  }
}

const certificateOf = async (config: OpenIdConfig): Promise<string | Buffer | undefined> => {
  const data = config['idp-certificate-authority-data']
  if (data !== undefined) return Buffer.from(data, 'base64')
  const file = config['idp-certificate-authority']
  return file === undefined ? undefined : readFile(file)
}

/** Reading what an issuer says of itself has no body, and a refresh is a form. */
const fetchTrusting =
  (ca: string | Buffer) =>
  (url: string, { method, headers, body }: CustomFetchOptions): Promise<Response> => {
    const form = body instanceof URLSearchParams ? { body: body.toString() } : {}
    return send(new URL(url), { method, headers, ...form }, { ca, rejectUnauthorized: true })
  }

const failed = (message: string, cause?: unknown): KitError => new KitError('cluster-login-failed', message, { cause })
