import { writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import type { Platform } from '@deploy-kit/rollout'
import { open } from '../../../packages/platforms/src/kubernetes/index.ts'
import { kubernetesOptions } from '../../../packages/platforms/src/kubernetes/options.ts'
import { ours } from '../../../packages/platforms/src/kubernetes/objects/labels.ts'
import { fakeCluster, type FakeCluster } from './routers/on-fake.ts'
import { service, shop } from './preflight/situation.ts'

const signal = new AbortController().signal
const url = 'https://shop.example.com'
const canarySelector = { 'deploy-kit.io/app': 'shop', [ours.track]: 'canary', [`${ours.track}-of`]: 'shop' }

let cluster: FakeCluster
let kubeconfig: string
beforeEach(async () => {
  cluster = await fakeCluster()
  kubeconfig = join(mkdtempSync(join(tmpdir(), 'dk-endpoint-')), 'config')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: cluster.api.url } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'nobody' } }],
      users: [{ name: 'nobody', user: {} }],
    }),
  )
})
afterEach(() => cluster.api.close())

const opened = (options: object): Promise<Platform> =>
  open(kubernetesOptions.parse({ namespace: 'shop', workload: 'deployment/shop', kubeconfig, ...options }), {
    app: 'shop',
    environment: 'production',
    holder: { id: 'acme/shop/1', attempt: 1 },
    log: silentLogger,
    clock: cluster.clock,
  })

const readyPod = (name: string, labels: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
})

const route = (weight: number) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    rules: [
      {
        backendRefs: [
          { name: 'shop', port: 80, weight: 100 - weight },
          { name: 'shop-canary', port: 80, weight },
        ],
      },
    ],
  },
})

const put = (object: object): unknown => cluster.api.put(object)

/** Stable and a canary, both ready, in a route. */
const bothSides = (weight: number): void => {
  put(shop())
  put(readyPod('shop-1', { app: 'shop' }))
  put({ apiVersion: 'v1', kind: 'Service', ...service(), metadata: { name: 'shop', namespace: 'shop' } })
  put({
    ...shop(),
    metadata: { name: 'shop-canary', namespace: 'shop' },
    spec: { ...shop().spec, selector: { matchLabels: canarySelector } },
  })
  put(readyPod('shop-canary-1', canarySelector))
  const labels = { 'deploy-kit.io/app': 'shop', [ours.track]: 'canary' }
  put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop-canary', namespace: 'shop', labels },
    spec: { selector: canarySelector, ports: [{ port: 8081 }, { port: 9090 }] },
  })
  put(route(weight))
}

const withHeader = {
  router: { 'gateway-api': { route: 'shop', header: { name: 'x-canary' } } },
  endpoint: { header: { url, settle: '3s' } },
}

test('by the header of the router the canary is reached at its address, once the router has had the time to follow', async () => {
  bothSides(0)
  const { target } = await opened(withHeader)
  const from = cluster.clock.now()
  expect(await target.endpoint('canary', signal)).toEqual({ url, headers: { 'x-canary': 'always' } })
  expect(cluster.clock.now() - from).toBe(3_000)
  await target.endpoint('canary', signal)
  expect(cluster.clock.now() - from).toBe(3_000)
  expect(await target.endpoint('stable', signal)).toEqual({ url, headers: {} })
})

test('a cookie does where no header is given', async () => {
  bothSides(0)
  const { target } = await opened({ ...withHeader, router: { 'gateway-api': { route: 'shop', cookie: { name: 'canary' } } } })
  expect(await target.endpoint('canary', signal)).toEqual({ url, headers: { cookie: 'canary=always' } })
})

test('stable is not asked through a router that sends a share of it to the canary', async () => {
  bothSides(10)
  const { target } = await opened(withHeader)
  expect(await target.endpoint('stable', signal)).toEqual({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), headers: {} })
  expect(await target.endpoint('canary', signal)).toEqual({ url, headers: { 'x-canary': 'always' } })
})

test('runners in the cluster reach both sides by their Services', async () => {
  bothSides(10)
  const router = { 'gateway-api': { route: 'shop' } }
  const { target } = await opened({ router, endpoint: 'service' })
  expect(await target.endpoint('canary', signal)).toEqual({ url: 'http://shop-canary.shop.svc:8081', headers: {} })
  expect(await target.endpoint('stable', signal)).toEqual({ url: 'http://shop.shop.svc:80', headers: {} })
  const secure = await opened({ router, endpoint: { service: { port: 9090, scheme: 'https' } } })
  expect(await secure.target.endpoint('canary', signal)).toEqual({ url: 'https://shop-canary.shop.svc:9090', headers: {} })
})

test('nobody is sent to a side that has no pod which is ready', async () => {
  bothSides(0)
  cluster.api.remove('Pod', 'shop-canary-1')
  const { target } = await opened(withHeader)
  expect(await target.endpoint('canary', signal)).toBeUndefined()
})

test.each<[string, unknown, string]>([
  ['no header', { 'gateway-api': { route: 'shop' } }, 'the router gateway-api was given nothing that brings a request to the canary'],
  ['a router that is found', 'auto', 'the router that is found was given nothing'],
  ['a router that cannot', 'replicas', 'the router replicas cannot bring a request to the canary (no: a Service looks into no request)'],
  ['a router that cannot', 'alb', 'the router alb cannot bring a request to the canary (no: it would need a rule of its own'],
])('the endpoint by a header with %s is refused before anything is contacted', async (_, router, said) => {
  await expect(opened({ ...withHeader, router })).rejects.toMatchObject({ code: 'plan-impossible', message: expect.stringContaining(said) })
  expect(cluster.api.asked).toEqual([])
})
