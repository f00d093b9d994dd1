import { createPrivateKey, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { loopback } from '../fakes/loopback.ts'

export interface TokenServer {
  readonly url: string
  close(): Promise<void>
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Gives the account what it asks for and everybody else nothing but reading, in tokens that a real registry verifies (RFC 7519, ES256). */
export const tokenServer = async (account: { readonly username: string; readonly password: string }): Promise<TokenServer> => {
  const key = createPrivateKey(readFileSync('test/fixtures/tls/key.pem'))
  const certificate = readFileSync('test/fixtures/tls/certificate.pem', 'utf8').replace(/-----[^-]+-----|\s/g, '')
  const expected = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
  return loopback((request, response) => {
    const url = new URL(request.url ?? '', 'http://tokens')
    if (url.pathname !== '/token') throw new Error(`unknown to the token server: ${request.url}`)
    const given = request.headers.authorization
    if (given !== undefined && given !== expected) {
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'incorrect username or password' }] }))
      return
    }
    const access = url.searchParams.getAll('scope').map((scope) => {
      const [type, name, actions = ''] = scope.split(':')
      return { type, name, actions: given === undefined ? ['pull'] : actions.split(',') }
    })
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: 'tests', sub: 'kit', aud: 'registry', exp: now + 300, nbf: now - 10, iat: now, jti: randomUUID(), access }
    const unsigned = `${part({ typ: 'JWT', alg: 'ES256', x5c: [certificate] })}.${part(claims)}`
    const signature = sign('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    response.end(JSON.stringify({ token: `${unsigned}.${signature}`, expires_in: 300 }))
  })
}
