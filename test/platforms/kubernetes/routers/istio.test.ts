import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import { hostOf, serviceOfHost } from '../../../../packages/platforms/src/kubernetes/routers/istio/hosts.ts'
import type { DestinationRule, HttpRoute, VirtualService } from '../../../../packages/platforms/src/kubernetes/routers/istio/objects.ts'
import type { Router } from '../../../../packages/platforms/src/kubernetes/routers/router.ts'
import { fakeCluster, type FakeCluster } from './on-fake.ts'
import { shopDestinationRule, shopVirtualService } from './worlds/istio.ts'
import { contextIn, openIn, signal } from './worlds/world.ts'

let cluster: FakeCluster
beforeEach(async () => {
  cluster = await fakeCluster()
})
afterEach(() => cluster.api.close())

const has = (...objects: readonly KubeObject[]): void => {
  for (const object of objects) cluster.api.put({ ...object, metadata: { ...object.metadata, namespace: 'shop' } })
}
const opened = (options: object = {}): Promise<Router> => openIn('istio', options, contextIn(cluster))
const service = (): VirtualService => cluster.api.get('VirtualService', 'shop') as unknown as VirtualService
const route = (name: string): HttpRoute | undefined => service().spec.http?.find((each) => each.name === name)
const weights = (name: string): readonly (number | undefined)[] | undefined => route(name)?.route?.map(({ weight }) => weight)

test.each([
  ['shop', 'edge', undefined],
  ['shop', 'shop', 'shop'],
  ['shop.shop', 'edge', 'shop'],
  ['shop.shop.svc', 'edge', 'shop'],
  ['shop.shop.svc.cluster.local', 'edge', 'shop'],
  ['shop.other.svc.cluster.local', 'shop', undefined],
  ['shop.example.com', 'shop', undefined],
  ['*.shop', 'shop', '*'],
])('%s in the namespace %s names %s', (host, standsIn, expected) => {
  expect(serviceOfHost(host, standsIn, 'shop')).toBe(expected)
})

test('another Service is written in the same form', () => {
  expect(hostOf('shop.shop.svc.cluster.local', 'shop-canary')).toBe('shop-canary.shop.svc.cluster.local')
  expect(hostOf('shop', 'shop-canary')).toBe('shop-canary')
})

test('the settings of connections are there before a route leads to the canary, and go after the last', async () => {
  has(shopDestinationRule(), shopVirtualService())
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(50, 0, signal)
  await router.setWeight(0, undefined, signal)
  await router.detach(signal)
  expect(cluster.api.writes().map((line) => line.replace(/ .*\/shop\//, ' '))).toEqual([
    'POST destinationrules',
    'PUT virtualservices/shop',
    'PUT virtualservices/shop',
    'PATCH virtualservices/shop',
    'PUT virtualservices/shop',
    'DELETE destinationrules/shop-canary',
  ])
})

test('what holds for connections to stable holds for the canary, whose subsets are all of its pods', async () => {
  has(shopDestinationRule(), shopVirtualService())
  await (await opened()).attach(signal)
  const { spec } = shopDestinationRule() as DestinationRule
  const [v1, others] = spec.subsets ?? []
  const { labels: _first, ...withoutLabels } = v1 ?? { name: '' }
  expect(cluster.api.get('DestinationRule', 'shop-canary')?.['spec']).toEqual({
    ...spec,
    host: 'shop-canary',
    subsets: [withoutLabels, { name: others?.name }],
  })
  expect(route('main')?.route?.[2]).toEqual({ destination: { host: 'shop-canary', subset: 'v1' }, weight: 0 })
})

test('a rule that the owners made for the canary is theirs', async () => {
  const theirs = { ...shopDestinationRule(), metadata: { name: 'canary-rule' }, spec: { host: 'shop-canary.shop' } } as KubeObject
  has(shopDestinationRule(), theirs, shopVirtualService())
  const router = await opened()
  await router.attach(signal)
  await router.detach(signal)
  expect(cluster.api.all('DestinationRule').map(({ metadata }) => metadata.name)).toEqual(['shop', 'canary-rule'])
})

test('a destination in another namespace keeps its tenth', async () => {
  has(shopVirtualService())
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(25, 0, signal)
  const [elsewhere = 0, stable = 0, canary = 0] = weights('main') ?? []
  expect([elsewhere, stable, canary].map((weight) => weight / (elsewhere + stable + canary))).toEqual([0.1, 0.675, 0.225])
  expect(weights('api')).toEqual([75, 25])
})

test('only the route that is named is touched', async () => {
  has(shopVirtualService())
  const before = structuredClone(service().spec)
  const router = await opened({ route: 'main' })
  await router.attach(signal)
  await router.setWeight(10, 0, signal)
  expect(route('api')).toEqual(before.http?.[0])
  expect({ ...service().spec, http: [] }).toEqual({ ...before, http: [] })
})

test('of several subsets the one that is named is ours, and the others keep their share', async () => {
  const { spec } = shopVirtualService() as VirtualService
  const main = {
    name: 'main',
    route: [
      { destination: { host: 'shop', subset: 'v1' }, weight: 80 },
      { destination: { host: 'shop', subset: 'others' }, weight: 20 },
    ],
  }
  has({ ...shopVirtualService(), spec: { ...spec, http: [main] } } as KubeObject)
  const router = await opened({ subset: 'v1' })
  await router.attach(signal)
  await router.setWeight(50, 0, signal)
  expect(route('main')?.route).toMatchObject([
    { destination: { host: 'shop', subset: 'v1' }, weight: 200 },
    { destination: { host: 'shop-canary', subset: 'v1' }, weight: 200 },
    { destination: { host: 'shop', subset: 'others' }, weight: 100 },
  ])
})

test('requests with the header have a route directly above the one that they would take', async () => {
  has(shopVirtualService())
  const router = await opened({ header: { name: 'X-Canary', value: 'yes' } })
  await router.attach(signal)
  expect(service().spec.http?.map(({ name }) => name)).toEqual([
    'shop-canary-by-header-0',
    'api',
    'shop-canary-by-header-1',
    'main',
    'legacy',
  ])
  expect(service().spec.http?.[0]).toMatchObject({
    match: [{ uri: { prefix: '/api' }, headers: { 'x-canary': { exact: 'yes' } } }],
    timeout: '3s',
    route: [{ destination: { host: 'shop-canary' } }],
  })
})
