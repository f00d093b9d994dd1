import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { single, type KitError } from '@deploy-kit/core'
import type { KubeClient } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { Authority } from '../../fakes/certificates.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { ApiServer, base64, Home, opened } from './stage.ts'

const authority = new Authority()
const ca = { 'certificate-authority-data': base64(authority.cert) }
const call = { signal: new AbortController().signal, policy: single }
const ask = (client: KubeClient) => client.get('/api/v1/namespaces/shop', call)
const faultOf = (work: Promise<unknown>): Promise<Pick<KitError, 'code' | 'message' | 'remedy'>> =>
  work.then(
    () => {
      throw new Error('it went well')
    },
    (error: KitError) => ({ code: error.code, message: error.message, remedy: error.remedy }),
  )

let server: ApiServer
let home: Home
let clock: ManualClock
beforeAll(async () => {
  server = await ApiServer.start(authority)
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.seen.length = 0
  server.tokens = undefined
  home = new Home()
  clock = new ManualClock(Date.now())
})
const cluster = () => ({ server: server.url, ...ca })
/** What the server was shown, request by request. */
const shown = () => server.seen.map(({ authorization }) => authorization)

test('a token goes over a connection that the authority of the kubeconfig vouches for', async () => {
  await expect(ask(opened(home.kubeconfig(cluster(), { token: 'secret' }), clock))).resolves.toMatchObject({ kind: 'Namespace' })
  expect(shown()).toEqual(['Bearer secret'])
})

test('a client certificate is shown, from data or from files beside the kubeconfig', async () => {
  const { cert, key } = authority.certificate({ name: 'release-bot' })
  home.file('bot.crt', cert)
  home.file('bot.key', key)
  await ask(opened(home.kubeconfig(cluster(), { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }), clock))
  await ask(opened(home.kubeconfig(cluster(), { 'client-certificate': 'bot.crt', 'client-key': 'bot.key' }), clock))
  expect(server.seen.map(({ client }) => client)).toEqual(['release-bot', 'release-bot'])
})

test('a static token that is refused is refused once: there is no other to try', async () => {
  server.tokens = new Set(['another'])
  expect(await faultOf(ask(opened(home.kubeconfig(cluster(), { token: 'secret' }), clock)))).toMatchObject({ code: 'cluster-unauthorised' })
  expect(shown()).toEqual(['Bearer secret'])
})

test('the token of a pod is read again after a minute, and at once when it is refused', async () => {
  const file = home.file('token', 'first\n')
  const client = opened(home.kubeconfig(cluster(), { tokenFile: 'token' }), clock)
  await ask(client)
  home.file('token', 'second\n')
  await ask(client)
  clock.time += 61_000
  await ask(client)
  home.file('token', 'third\n')
  server.tokens = new Set(['third'])
  await ask(client)
  expect(file).toContain(home.path)
  expect(shown()).toEqual(['Bearer first', 'Bearer first', 'Bearer second', 'Bearer second', 'Bearer third'])
})

/** Gives token-1, token-2, … for a minute each, and writes down what it was told. */
const plugin = (body = ''): object => {
  home.file(
    'plugin.cjs',
    `#!${process.execPath}
    const fs = require('node:fs'), path = require('node:path')
    const log = path.join(__dirname, 'runs.jsonl')
    fs.appendFileSync(log, process.env.KUBERNETES_EXEC_INFO + '\\n')
    ${body}
    const run = fs.readFileSync(log, 'utf8').trim().split('\\n').length
    const expirationTimestamp = new Date(Number(process.env.NOW) + run * 60_000).toISOString()
    const apiVersion = 'client.authentication.k8s.io/v1'
    console.log(JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token: 'token-' + run, expirationTimestamp } }))`,
    0o700,
  )
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin.cjs',
      args: [],
      env: [{ name: 'NOW', value: String(clock.now()) }],
      installHint: 'Install it from example.org.',
      provideClusterInfo: true,
      interactiveMode: 'Never',
    },
  }
}

describe('plugins', () => {
  test('a plugin is run once for all who wait for it, and again shortly before its token expires', async () => {
    const client = opened(home.kubeconfig(cluster(), plugin()), clock)
    await Promise.all([ask(client), ask(client), ask(client)])
    clock.time += 45_000
    await ask(client)
    clock.time += 10_000
    await ask(client)
    expect(shown()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1', 'Bearer token-1', 'Bearer token-2'])
  })

  test('a token that is refused in the middle of a run is replaced, and the request sent again, once', async () => {
    const client = opened(home.kubeconfig(cluster(), plugin()), clock)
    await ask(client)
    server.tokens = new Set(['token-2'])
    await expect(ask(client)).resolves.toMatchObject({ kind: 'Namespace' })
    server.tokens = new Set()
    expect(await faultOf(ask(client))).toMatchObject({ code: 'cluster-unauthorised' })
    expect(shown()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2', 'Bearer token-2', 'Bearer token-3'])
  })

  test('it is told the cluster, and that nobody is there to be asked', async () => {
    const user = plugin(`if (JSON.parse(process.env.KUBERNETES_EXEC_INFO).spec.cluster.server !== '${server.url}') process.exit(9)
      if (JSON.parse(process.env.KUBERNETES_EXEC_INFO).spec.interactive !== false) process.exit(8)`)
    await expect(ask(opened(home.kubeconfig(cluster(), user), clock))).resolves.toMatchObject({ kind: 'Namespace' })
  })

  test('what a failing plugin says is in the message', async () => {
    const user = plugin(`console.error('Error: the session has expired, run: cloud login'); process.exit(3)`)
    expect(await faultOf(ask(opened(home.kubeconfig(cluster(), user), clock)))).toMatchObject({
      code: 'cluster-login-failed',
      message: expect.stringMatching(/plugin\.cjs ended with status 3: Error: the session has expired, run: cloud login$/),
    })
    expect(server.seen).toEqual([])
  })

  test('what a plugin prints that is no credential is not shown: it may be a part of one', async () => {
    const { code, message } = await faultOf(
      ask(opened(home.kubeconfig(cluster(), plugin(`console.log('{"token": "s3cr3t'); process.exit(0)`)), clock)),
    )
    expect({ code, message }).toMatchObject({
      code: 'cluster-login-failed',
      message: expect.stringContaining('that are no ExecCredential'),
    })
    expect(message).not.toContain('s3cr3t')
  })

  test.each([
    ['is not installed', { command: 'no-such-plugin' }, 'is not installed', 'Install it from example.org.'],
    [
      'speaks a version that is gone',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      'Allowed: client.authentication.k8s.io/v1, client.authentication.k8s.io/v1beta1',
      '',
    ],
    ['wants to ask a person', { interactiveMode: 'Always' }, 'wants to ask a person', ''],
  ])('one that %s', async (_, changes, said, remedy) => {
    const user = plugin() as { readonly exec: object }
    const fault = await faultOf(ask(opened(home.kubeconfig(cluster(), { exec: { ...user.exec, ...changes } }), clock)))
    expect(fault).toMatchObject({
      code: 'cluster-login-failed',
      message: expect.stringContaining(said),
      remedy: expect.stringContaining(remedy),
    })
  })
})

test('an auth-provider that Kubernetes has removed is refused with the command that replaces it', async () => {
  const fault = await faultOf(ask(opened(home.kubeconfig(cluster(), { 'auth-provider': { name: 'gcp', config: {} } }), clock)))
  expect(fault).toMatchObject({
    code: 'cluster-config-invalid',
    remedy: expect.stringContaining('gcloud container clusters get-credentials'),
  })
})
