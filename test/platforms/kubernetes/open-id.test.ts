import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { single } from '@deploy-kit/core'
import type { KubeClient } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { Authority } from '../../fakes/certificates.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { OpenIdIssuer } from '../../fakes/open-id-issuer.ts'
import { ApiServer, base64, Home, opened } from './stage.ts'

const authority = new Authority()
const ca = base64(authority.cert)
const call = { signal: new AbortController().signal, policy: single }
const ask = (client: KubeClient) => client.get('/api/v1/namespaces/shop', call)

let home: Home
beforeEach(() => {
  home = new Home()
})
afterEach(() => home[Symbol.dispose]())

const clientOf = (server: ApiServer, issuer: OpenIdIssuer, token: string, clock: ManualClock): KubeClient =>
  opened(
    home.kubeconfig(
      { server: server.url, 'certificate-authority-data': ca },
      {
        'auth-provider': {
          name: 'oidc',
          config: {
            'idp-issuer-url': issuer.url,
            'idp-certificate-authority-data': ca,
            'client-id': 'deploy-kit',
            'client-secret': 's3cr3t',
            'id-token': token,
            'refresh-token': 'refresh-0',
          },
        },
      },
    ),
    clock,
  )

/** Who the tokens that the server was shown are about. */
const subjects = (server: ApiServer): readonly string[] =>
  server.seen.map(({ authorization = '' }) => {
    const claims = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()) as { readonly sub: string }
    return claims.sub
  })

test('an ID token that has expired is refreshed at its issuer once for all, and the next time with the refresh token that came with it', async () => {
  await using server = await ApiServer.start(authority)
  await using issuer = await OpenIdIssuer.start(authority)
  const clock = new ManualClock(Date.now())
  const client = clientOf(server, issuer, issuer.token(-1), clock)
  await Promise.all([ask(client), ask(client)])
  await ask(client)
  expect(issuer.refreshed).toEqual(['refresh-0'])
  clock.time += 595_000
  await ask(client)
  expect(issuer.refreshed).toEqual(['refresh-0', 'refresh-1'])
  expect(subjects(server)).toEqual(['bot-1', 'bot-1', 'bot-1', 'bot-2'])
})

test('one that is good needs no issuer, until the server refuses it', async () => {
  await using server = await ApiServer.start(authority)
  await using issuer = await OpenIdIssuer.start(authority)
  const client = clientOf(server, issuer, issuer.token(600), new ManualClock(Date.now()))
  await ask(client)
  expect(issuer.refreshed).toEqual([])
  server.tokens = new Set()
  await expect(ask(client)).rejects.toMatchObject({ code: 'cluster-unauthorised' })
  expect(subjects(server)).toEqual(['bot-0', 'bot-0', 'bot-1'])
})

test('what the issuer says against it is in the message', async () => {
  await using server = await ApiServer.start(authority)
  await using issuer = await OpenIdIssuer.start(authority)
  issuer.refusal = 'the session was ended by an administrator'
  const client = clientOf(server, issuer, issuer.token(-1), new ManualClock(Date.now()))
  await expect(ask(client)).rejects.toMatchObject({
    code: 'cluster-login-failed',
    message: expect.stringContaining('the session was ended by an administrator'),
  })
  expect(server.seen).toEqual([])
})

test('an issuer of another authority gets no refresh token', async () => {
  await using server = await ApiServer.start(authority)
  await using issuer = await OpenIdIssuer.start(new Authority('somebody else'))
  await expect(ask(clientOf(server, issuer, issuer.token(-1), new ManualClock(Date.now())))).rejects.toMatchObject({
    code: 'cluster-login-failed',
  })
  expect(issuer.refreshed).toEqual([])
})
