/** What a registry, or the token server that it names, is shown. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth 2 refresh token, which `docker login` keeps as `identitytoken`. */
  | { readonly kind: 'identity-token'; readonly token: string }

/** Finds the credentials of a registry by its host, such as `ghcr.io` or `docker.io`; undefined: it is asked without any. */
export type CredentialSource = (registry: string) => Promise<Credentials | undefined>

export const anonymous: CredentialSource = () => Promise.resolve(undefined)

/** The value of an `Authorization` header by RFC 7617. */
export const basic = (username: string, password: string): string => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
