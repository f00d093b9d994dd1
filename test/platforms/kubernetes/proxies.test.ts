import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { single } from '@deploy-kit/core'
import { environmentProxy } from '../../../packages/platforms/src/kubernetes/api/agents.ts'
import type { KubeClient } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { Authority } from '../../fakes/certificates.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { ApiServer, base64, ConnectProxy, Home, opened } from './stage.ts'

const authority = new Authority()
const ca = { 'certificate-authority-data': base64(authority.cert) }
const clock = new ManualClock()
const call = { signal: new AbortController().signal, policy: single }
const ask = (client: KubeClient) => client.get('/api/v1/namespaces/shop', call)
const variables = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const

let home: Home
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]))
beforeEach(() => {
  home = new Home()
  for (const name of variables) delete process.env[name]
})
afterEach(() => {
  home[Symbol.dispose]()
  for (const name of variables)
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
})

test('proxy-url of the kubeconfig is the way to the server, and the server is verified behind it', async () => {
  await using server = await ApiServer.start(authority)
  await using proxy = await ConnectProxy.start()
  await expect(
    ask(opened(home.kubeconfig({ server: server.url, ...ca, 'proxy-url': proxy.url }, { token: 'secret' }), clock)),
  ).resolves.toMatchObject({ kind: 'Namespace' })
  expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`])
  expect(server.seen).toMatchObject([{ authorization: 'Bearer secret' }])

  await using stranger = await ApiServer.start(new Authority('somebody else'))
  await expect(
    ask(opened(home.kubeconfig({ server: stranger.url, ...ca, 'proxy-url': proxy.url }, { token: 'secret' }), clock)),
  ).rejects.toMatchObject({ code: 'platform-unreachable' })
  expect(stranger.seen).toEqual([])
})

test('so is HTTPS_PROXY, unless NO_PROXY names the server', async () => {
  await using server = await ApiServer.start(authority, { dns: ['api.shop.test'], addresses: [] })
  await using proxy = await ConnectProxy.start({ 'api.shop.test': server.port })
  process.env['HTTPS_PROXY'] = proxy.url
  const kubeconfig = home.kubeconfig({ server: 'https://api.shop.test:6443', ...ca })
  await expect(ask(opened(kubeconfig, clock))).resolves.toMatchObject({ kind: 'Namespace' })
  expect(proxy.asked).toEqual(['api.shop.test:6443'])
  process.env['NO_PROXY'] = '.shop.test'
  await expect(ask(opened(kubeconfig, clock))).rejects.toMatchObject({ code: 'platform-unreachable' })
  expect(proxy.asked).toHaveLength(1)
})

test('a proxy that refuses is named with its status, and not with its password', async () => {
  await using server = await ApiServer.start(authority)
  await using proxy = await ConnectProxy.start()
  proxy.status = 407
  const url = proxy.url.replace('http://', 'http://bot:s3cr3t@')
  const failure = ask(opened(home.kubeconfig({ server: server.url, ...ca, 'proxy-url': url }), clock)).catch((error: unknown) =>
    String(error),
  )
  expect(await failure).toContain(`the proxy ${proxy.url} answered 407`)
  expect(await failure).not.toContain('s3cr3t')
})

test.each([
  ['10.0.0.0/8', undefined],
  ['192.168.0.0/16, 10.96.0.1', undefined],
  ['.example.com,10.96.0.0/12', undefined],
  ['11.0.0.0/8', 'http://proxy.test:3128/'],
  ['10.96.0.0/99', 'http://proxy.test:3128/'],
])('a server at 10.96.0.1 with NO_PROXY=%s', (list, expected) => {
  process.env['HTTPS_PROXY'] = 'http://proxy.test:3128'
  process.env['NO_PROXY'] = list
  expect(environmentProxy('https://10.96.0.1:443')).toBe(expected)
})
