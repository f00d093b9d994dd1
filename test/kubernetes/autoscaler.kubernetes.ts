import { beforeAll, describe, expect, test } from '@jest/globals'
import type { HorizontalPodAutoscaler } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { testCluster } from './stage/cluster.ts'
import { autoscaler, defineLoadMetric, setLoad } from './stage/load-metric.ts'
import { openPlatform, takeLease } from './stage/platform.ts'
import { releaseIn } from './stage/prepared-shop.ts'
import { Shop, type Inputs } from './stage/shop.ts'

const cluster = testCluster()
const signal = new AbortController().signal
const stays: Inputs = { steps: '50, 100', 'bake-min': '1s', 'bake-max': '5s', 'on-insufficient': 'promote-if-within-tolerance' }

const scaler = async (shop: Shop): Promise<HorizontalPodAutoscaler> => {
  const found = await shop.namespace.get<HorizontalPodAutoscaler>('autoscaling/v2', 'horizontalpodautoscalers', 'web')
  if (found === undefined) throw new Error('the autoscaler is gone')
  return found
}

/** What of an autoscaler is its owner's: its specification, as it is sent, and its annotations. */
const ownersOf = async (shop: Shop): Promise<string> => {
  const { spec, metadata } = await scaler(shop)
  return JSON.stringify({ spec, annotations: metadata?.annotations })
}

const replicas = async (shop: Shop): Promise<number> => (await shop.deployment())?.spec?.replicas ?? 0

const hasReplicas = (shop: Shop, count: number): Promise<void> =>
  shop.eventually(
    async () => (await replicas(shop)) === count && (await shop.deployment())?.status?.readyReplicas === count,
    `${count} replicas of stable`,
  )

beforeAll(() => defineLoadMetric(cluster))

/** A shop that an autoscaler has given three replicas for its load. */
const busy = async (): Promise<Shop> => {
  const shop = await Shop.serving(cluster, 'one', { replicas: 3 })
  await setLoad(shop.namespace, 30)
  await shop.namespace.has(autoscaler(shop.namespace.name))
  await shop.eventually(
    async () => (await scaler(shop)).status?.conditions?.some(({ type, status }) => type === 'ScalingActive' && status === 'True') === true,
    'the autoscaler sees the load',
  )
  return shop
}

test('an autoscaler that scales stable up in the middle of a release keeps its say, and the canary follows', async () => {
  await using shop = await busy()
  const traffic = shop.underTraffic(50)
  const step = shop.startsRelease('two', { ...stays, 'bake-min': '30s', 'bake-max': '31s' })
  await shop.reachesWeight(50, step)
  await setLoad(shop.namespace, 50)
  await hasReplicas(shop, 5)
  await shop.reachesWeight(100, step)
  expect((await shop.deployment('web-canary'))?.status?.readyReplicas).toBe(5)
  const { exitCode, log } = await step.ended
  const { lost } = await traffic.stop()
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
  expect(await replicas(shop)).toBe(5)
  expect(lost).toBe(0)
})

test('an idle stable is not shrunk while the canary serves, and a run that died there has the autoscaler given back as it was', async () => {
  await using shop = await busy()
  const before = await ownersOf(shop)
  const traffic = shop.underTraffic(50)
  const step = shop.startsRelease('two', { steps: '100', 'bake-min': '10m', 'bake-max': '20m' })
  await shop.reachesWeight(100, step)
  // Nobody uses stable any more, and its autoscaler says that it would take two of three away.
  await setLoad(shop.namespace, 1)
  await shop.eventually(
    async () => (await scaler(shop)).status?.conditions?.some(({ reason }) => reason === 'ScaleDownLimit') === true,
    'the autoscaler would shrink stable',
    step,
  )
  step.kill('SIGKILL')
  await step.ended
  expect(await replicas(shop)).toBe(3)

  const sizes: number[] = []
  const reconciling = shop.reconciles('run-1')
  await shop.eventually(async () => (await shop.weight()) === 0, 'everybody is home')
  setTimeout(() => void setLoad(shop.namespace, 30), 2_000)
  const over = new AbortController()
  const home = reconciling.finally(() => over.abort())
  while (!over.signal.aborted) {
    sizes.push(await replicas(shop))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const { exitCode, log } = await home
  const { lost } = await traffic.stop()
  expect({ exitCode, log }).toMatchObject({ exitCode: 0, log: expect.stringContaining('HorizontalPodAutoscaler web is what it was') })
  expect(new Set(sizes)).toEqual(new Set([3]))
  expect(await ownersOf(shop)).toBe(before)
  expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
  expect(lost).toBe(0)

  // It was the release that held it: without load it shrinks.
  await setLoad(shop.namespace, 1)
  await hasReplicas(shop, 1)
})

describe('an autoscaler comes back to the letter', () => {
  test.each<[string, object | undefined]>([
    ['without rules', undefined],
    ['with empty rules', {}],
    [
      'with a rule of its owner',
      { scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 30 }] } },
    ],
    ['that never takes anything away', { scaleDown: { selectPolicy: 'Disabled' } }],
  ])('%s', async (_, behavior) => {
    await using shop = await Shop.serving(cluster, 'one')
    await shop.namespace.has(autoscaler(shop.namespace.name, { behavior }))
    const before = await ownersOf(shop)
    const platform = await openPlatform(shop.namespace)
    await takeLease(platform)
    await platform.target.prepare(await releaseIn(platform, cluster, 'two'), signal)
    expect(await ownersOf(shop)).toBe(before)
    await platform.target.shift(50, signal)
    expect((await scaler(shop)).spec?.behavior?.scaleDown?.selectPolicy).toBe('Disabled')
    await platform.target.shift(0, signal)
    await platform.target.discard(signal)
    expect(await ownersOf(shop)).toBe(before)
  })

  test('by a promotion too', async () => {
    await using shop = await busy()
    const before = await ownersOf(shop)
    const traffic = shop.underTraffic(50)
    const { exitCode, log } = await shop.releases('two', stays)
    const { lost } = await traffic.stop()
    expect({ exitCode, log }).toMatchObject({ exitCode: 0, log: expect.stringContaining('may add replicas and take none away') })
    expect(await ownersOf(shop)).toBe(before)
    expect(lost).toBe(0)
  })
})
