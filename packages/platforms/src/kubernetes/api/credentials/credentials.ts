/** What a request proves who asks with. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>
  /** Client certificate and key, PEM. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
}

/** Where credentials come from. They are asked for anew with each request, so that a token may expire in the middle of a run. */
export interface Credentials {
  /** @throws KitError `cluster-login-failed` with what the plugin or the issuer said */
  current(): Promise<Credential>
  /** The server has refused the last one: forgets it. False where there is no other to be had. */
  renew(): boolean
}

export const bearer = (token: string): Credential => ({ headers: { authorization: `Bearer ${token}` } })

/** Seconds before its end from which a token is no longer used: it must last until the request has arrived. */
export const marginMs = 10_000
