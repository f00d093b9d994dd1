import { expect, test } from '@jest/globals'
import { testCluster } from './stage/cluster.ts'
import { Shop, type Inputs } from './stage/shop.ts'

const cluster = testCluster()
const signal = new AbortController().signal
const stays: Inputs = { steps: '50, 100', 'bake-min': '100s', 'bake-max': '100s' }

const route = (shop: Shop): string => `/apis/gateway.networking.k8s.io/v1/namespaces/${shop.namespace.name}/httproutes/web`
const setWeights = (shop: Shop, stable: number, canary: number): Promise<unknown> =>
  cluster.client.patch(
    route(shop),
    [stable, canary].map((value, index) => ({ op: 'add', path: `/spec/rules/0/backendRefs/${index}/weight`, value })),
    { type: 'json-patch', signal },
  )
const scale = (shop: Shop, replicas: number): Promise<unknown> =>
  cluster.client.patch(
    `/apis/apps/v1/namespaces/${shop.namespace.name}/deployments/web`,
    { spec: { replicas } },
    { type: 'merge-patch', signal },
  )

test('a weight that somebody else sets is named, and not touched', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  shop.underTraffic(50)
  const step = shop.startsRelease('two', stays)
  await shop.reachesWeight(50, step)
  await setWeights(shop, 70, 30)
  const { exitCode, outputs } = await step.ended
  expect({ exitCode, ...outputs }).toMatchObject({
    exitCode: 1,
    outcome: 'error',
    'reason-code': 'foreign-writer',
    reason: expect.stringContaining('30 %'),
  })
  expect(await shop.weight()).toBe(30)
})

test('a second run at the same time is refused with the name of the first, and changes nothing', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  shop.underTraffic(50)
  const first = shop.startsRelease('two', stays)
  await shop.reachesWeight(50, first)
  const { exitCode, outputs } = await shop.releases('three')
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'lease-held', reason: expect.stringContaining('run-1') })
  expect(await shop.state()).toMatchObject({ stable: 'one', canary: 'two', weight: 50 })
})

test('a third version takes over when it is asked to: the second goes home first, and no request is lost', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  const traffic = shop.underTraffic(50)
  const second = shop.startsRelease('two', stays)
  await shop.reachesWeight(50, second)
  const third = await shop.releases('three', {
    strategy: 'blue-green',
    'on-newer': 'supersede',
    'on-insufficient': 'promote-if-within-tolerance',
    'bake-max': '2s',
  })
  await second.ended
  const { lost } = await traffic.stop()
  expect({ exitCode: third.exitCode, ...third.outputs, log: third.log }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  expect(await shop.state()).toEqual({ stable: 'three', canary: null, weight: 0, lease: 'free' })
  expect(lost).toBe(0)
})

test('an autoscaler that scales stable in the middle keeps its say, and the canary has the capacity of its share', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  const traffic = shop.underTraffic(50)
  const step = shop.startsRelease('two', {
    steps: '25, 100',
    'bake-min': '4s',
    'bake-max': '5s',
    'on-insufficient': 'promote-if-within-tolerance',
  })
  await shop.reachesWeight(25, step)
  await scale(shop, 4)
  await shop.reachesWeight(100, step)
  expect((await shop.deployment('web-canary'))?.status?.readyReplicas).toBe(4)
  const { exitCode, log } = await step.ended
  const { lost } = await traffic.stop()
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
  expect((await shop.deployment())?.spec?.replicas).toBe(4)
  expect(lost).toBe(0)
})

test('a release of what was released already changes nothing', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  shop.underTraffic(50)
  const first = await shop.releases('two', { strategy: 'blue-green', 'on-insufficient': 'promote-if-within-tolerance', 'bake-max': '2s' })
  expect({ exitCode: first.exitCode, log: first.log }).toMatchObject({ exitCode: 0 })
  const before = (await shop.deployment())?.metadata?.generation
  const { exitCode, outputs } = await shop.releases('two')
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'unchanged' })
  expect((await shop.deployment())?.metadata?.generation).toBe(before)
})
