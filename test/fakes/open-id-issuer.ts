import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Authority } from './certificates.ts'

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An issuer of ID tokens that knows one client and takes each refresh token once (RFC 6749, OpenID Connect Discovery). What it does not know breaks the connection. */
export class OpenIdIssuer implements AsyncDisposable {
  readonly refreshed: string[] = []
  refusal: string | undefined
  readonly #server: Server
  #issued = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }
      if (request.url === '/.well-known/openid-configuration' && request.method === 'GET')
        return answer(200, {
          issuer: this.url,
          token_endpoint: `${this.url}/token`,
          authorization_endpoint: `${this.url}/authorize`,
          jwks_uri: `${this.url}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        })
      if (request.url !== '/token' || request.method !== 'POST') return void request.socket.destroy()
      void text(request).then((body) => {
        const form = new URLSearchParams(body)
        const secret = form.get('client_secret')
        if (form.get('grant_type') !== 'refresh_token' || form.get('client_id') !== 'deploy-kit' || secret !== 's3cr3t')
          return void request.socket.destroy()
        this.refreshed.push(form.get('refresh_token') ?? '')
        if (this.refusal !== undefined || form.get('refresh_token') !== `refresh-${this.#issued}`)
          return answer(400, { error: 'invalid_grant', error_description: this.refusal ?? 'used before' })
        this.#issued += 1
        return answer(200, {
          token_type: 'bearer',
          access_token: 'unused',
          id_token: this.token(600),
          refresh_token: `refresh-${this.#issued}`,
        })
      })
    })
  }

  static async start(authority: Authority): Promise<OpenIdIssuer> {
    const server = createServer(authority.certificate({ name: 'issuer', addresses: ['127.0.0.1'] }))
    await new Promise<void>((ready) => {
      server.listen(0, '127.0.0.1', ready)
    })
    return new OpenIdIssuer(server)
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** An ID token that lasts so many seconds from now; nobody in these tests verifies its signature. */
  token(seconds: number): string {
    const now = Math.floor(Date.now() / 1_000)
    return `${encoded({ alg: 'RS256' })}.${encoded({ iss: this.url, aud: 'deploy-kit', sub: `bot-${this.#issued}`, iat: now, exp: now + seconds })}.${encoded({})}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => {
      this.#server.close(closed)
    })
  }
}
