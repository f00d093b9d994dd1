import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { BackendRef, Route, Rule } from '../../../../packages/platforms/src/kubernetes/routers/gateway-api/route.ts'
import type { Router } from '../../../../packages/platforms/src/kubernetes/routers/router.ts'
import { fakeCluster, type FakeCluster } from './on-fake.ts'
import { gatewayController, shopRoute } from './worlds/gateway-api.ts'
import { contextIn, openIn, service, signal } from './worlds/world.ts'

let cluster: FakeCluster
beforeEach(async () => {
  cluster = await fakeCluster()
  gatewayController(cluster.api)
  has(service('shop'), service('shop-canary'), service('legacy'))
})
afterEach(() => cluster.api.close())

const has = (...objects: readonly KubeObject[]): void => {
  for (const object of objects) cluster.api.put({ ...object, metadata: { ...object.metadata, namespace: 'shop' } })
}
const opened = (options: object = {}): Promise<Router> => openIn('gateway-api', options, contextIn(cluster))
const rules = (name = 'shop', kind = 'HTTPRoute'): readonly Rule[] => (cluster.api.get(kind, name) as unknown as Route).spec.rules ?? []
/** Share of each backend of a rule, in parts of 1. */
const shares = ({ backendRefs = [] }: Rule): Readonly<Record<string, number>> => {
  const sum = backendRefs.reduce((total, { weight = 1 }) => total + weight, 0)
  return Object.fromEntries(backendRefs.map(({ name, weight = 1 }) => [name, weight / sum]))
}
const weighing = (name: string, weight: number | undefined): BackendRef => ({ name, port: 80, ...(weight !== undefined && { weight }) })
const sharing = (...backendRefs: readonly BackendRef[]): KubeObject => {
  const route = shopRoute() as Route
  return { ...route, spec: { ...route.spec, rules: [{ backendRefs }] } } as KubeObject
}

test.each([
  ['3 and 7', 3, 7],
  ['1 and 1, which nobody wrote', undefined, undefined],
  ['90 and 10', 90, 10],
  ['a million and a million', 1_000_000, 1_000_000],
  ['1 and 999983', 1, 999_983],
])('a Service that shares the rule keeps its share exactly: %s', async (_name, legacy, stable) => {
  has(sharing(weighing('legacy', legacy), weighing('shop', stable)))
  const [before] = rules().map(shares)
  const router = await opened()
  await router.attach(signal)
  for (const [percent, expected] of [
    [5, 0],
    [33, 5],
    [100, 33],
  ] as const) {
    await router.setWeight(percent, expected, signal)
    const [now] = rules().map(shares)
    expect(now?.['legacy']).toBeCloseTo(before?.['legacy'] ?? 0, 5)
    expect((now?.['shop-canary'] ?? 0) / (before?.['shop'] ?? 0)).toBeCloseTo(percent / 100, 5)
    expect(rules()[0]?.backendRefs?.every(({ weight = 1 }) => weight <= 1_000_000 && Number.isInteger(weight))).toBe(true)
  }
})

test('a rule that does not send traffic to the Service stays untouched, and so do filters and matches', async () => {
  has(shopRoute())
  const before = structuredClone(rules())
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(25, 0, signal)
  expect(rules()[2]).toEqual(before[2])
  expect(rules().map(({ backendRefs: _changed, ...rest }) => rest)).toEqual(before.map(({ backendRefs: _refs, ...rest }) => rest))
  expect(rules()[0]?.backendRefs).toEqual([
    { name: 'shop', port: 80, weight: 75 },
    { name: 'shop-canary', port: 80, weight: 25 },
  ])
})

const weights = () =>
  [rules('shop'), rules('intern'), rules('calls', 'GRPCRoute')].map(([rule]) => rule?.backendRefs?.map(({ weight }) => weight))

test('all routes that name the Service change together, and go home together', async () => {
  has(shopRoute('shop'), shopRoute('intern'), { ...sharing({ name: 'shop', port: 80 }), kind: 'GRPCRoute', metadata: { name: 'calls' } })
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(10, 0, signal)
  expect(weights()).toEqual([
    [90, 10],
    [90, 10],
    [90, 10],
  ])
  await router.setWeight(0, undefined, signal)
  expect(weights()).toEqual([
    [100, 0],
    [100, 0],
    [100, 0],
  ])
})

test('a run that died between two routes is resumed from the larger weight', async () => {
  has(shopRoute('shop'), shopRoute('intern'))
  await (await opened()).attach(signal)
  await (await opened({ route: 'shop' })).setWeight(25, 0, signal)
  const router = await opened()
  expect(await router.weight(signal)).toBe(25)
  await router.setWeight(50, 25, signal)
  expect([rules('shop'), rules('intern')].map(([rule]) => rule?.backendRefs?.map(({ weight }) => weight))).toEqual([
    [50, 50],
    [50, 50],
  ])
})

test('a weight that somebody else sets in the very moment is seen', async () => {
  has(shopRoute())
  const router = await opened()
  await router.attach(signal)
  const foreign = await opened()
  const { client } = cluster
  const late = await openIn(
    'gateway-api',
    {},
    {
      ...contextIn(cluster),
      client: {
        ...client,
        replace: async (path, object, call) => {
          await foreign.setWeight(70, undefined, signal)
          return client.replace(path, object, call)
        },
      },
    },
  )
  await expect(late.setWeight(10, 0, signal)).rejects.toMatchObject({
    code: 'foreign-writer',
    message: expect.stringContaining('70 %'),
  })
  expect(await router.weight(signal)).toBe(70)
})

test('requests with the header reach the canary alone, from attach to detach', async () => {
  has(shopRoute())
  const router = await opened({ header: { name: 'x-canary', value: 'yes' } })
  expect(router.canaryHeaders).toEqual({ 'x-canary': 'yes' })
  await router.attach(signal)
  const [api, whole] = rules()
  const header = { name: 'x-canary', value: 'yes', type: 'Exact' }
  expect(api).toMatchObject({
    matches: [
      { path: { type: 'PathPrefix', value: '/api' }, headers: [header] },
      { path: { type: 'Exact', value: '/cart' }, headers: [header] },
    ],
    filters: [{ type: 'RequestHeaderModifier' }],
    backendRefs: [{ name: 'shop-canary', port: 80 }],
  })
  expect(whole).toMatchObject({ matches: [{ headers: [header] }], backendRefs: [{ name: 'shop-canary' }] })
  await router.setWeight(0, undefined, signal)
  await router.detach(signal)
  expect(rules()).toHaveLength(3)
})

test('a canary that its owners keep in the route stays there', async () => {
  has(sharing({ name: 'shop', port: 80, weight: 1 }, { name: 'shop-canary', port: 80, weight: 0 }))
  const before = structuredClone(rules())
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(50, 0, signal)
  await router.setWeight(0, undefined, signal)
  await router.detach(signal)
  expect(rules()).toEqual(before)
})

test('two apps that share a route do not forget what the other noted', async () => {
  has(service('cart'), service('cart-canary'))
  const route = shopRoute() as Route
  has({
    ...route,
    spec: { ...route.spec, rules: [{ backendRefs: [{ name: 'shop' }] }, { backendRefs: [{ name: 'cart' }] }] },
  } as KubeObject)
  const before = structuredClone(rules())
  const context = contextIn(cluster)
  const shop = await opened()
  const cart = await openIn('gateway-api', {}, { ...context, services: { stable: 'cart', canary: 'cart-canary' } })
  await shop.attach(signal)
  await cart.attach(signal)
  await shop.setWeight(30, 0, signal)
  await cart.setWeight(60, 0, signal)
  await shop.setWeight(0, undefined, signal)
  await shop.detach(signal)
  expect(await cart.weight(signal)).toBe(60)
  await cart.setWeight(0, undefined, signal)
  await cart.detach(signal)
  expect(rules()).toEqual(before)
})

test('a Service that the controller cannot resolve is an error with its words, not a share of requests without an answer', async () => {
  has(shopRoute())
  cluster.api.remove('Service', 'shop-canary')
  const router = await opened()
  await expect(router.attach(signal)).rejects.toMatchObject({
    code: 'route-not-accepted',
    message: expect.stringContaining('Service shop-canary not found'),
  })
})

test('whoever writes the route again and again is named in the end', async () => {
  has(shopRoute())
  const router = await opened()
  await router.attach(signal)
  cluster.api.intercept = (method) =>
    method === 'PUT' ? { status: 409, reason: 'Conflict', message: 'the object has been modified' } : undefined
  await expect(router.setWeight(10, 0, signal)).rejects.toMatchObject({
    code: 'cluster-conflict',
    message: expect.stringContaining('httproutes/shop in shop'),
  })
  expect(cluster.api.asked.filter((line) => line.startsWith('PUT'))).toHaveLength(6)
})

test('a write that landed although its answer was lost is not written again', async () => {
  has(shopRoute())
  const router = await opened()
  await router.attach(signal)
  const written = cluster.api.onWrite
  let lost = false
  cluster.api.onWrite = (object) => {
    written(object)
    if (!lost)
      cluster.api.intercept = () => ((cluster.api.intercept = () => undefined), { status: 503, reason: 'Unavailable', message: 'lost' })
    lost = true
  }
  await router.setWeight(10, 0, signal)
  expect(await router.weight(signal)).toBe(10)
})

test('a route in another namespace leads to the same Services', async () => {
  const route = sharing({ name: 'shop', namespace: 'shop', port: 80 }, { name: 'shop', port: 80 })
  cluster.api.put({ ...route, metadata: { name: 'shop', namespace: 'edge' } })
  const router = await opened({ route: 'shop', namespace: 'edge' })
  await router.attach(signal)
  await router.setWeight(50, 0, signal)
  expect(rules()[0]?.backendRefs).toEqual([
    { name: 'shop', namespace: 'shop', port: 80, weight: 50 },
    { name: 'shop-canary', namespace: 'shop', port: 80, weight: 50 },
    // Without a namespace it is the edge's own Service of that name.
    { name: 'shop', port: 80, weight: 100 },
  ])
})
