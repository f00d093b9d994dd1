import { describe, expect, test } from '@jest/globals'
import { configurationOf, type Platform, type Release } from '@deploy-kit/rollout'
import type { Deployment } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { openPlatform, takeLease } from './stage/platform.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()
const signal = new AbortController().signal

/** A shop behind its gateway, the platform as the holder of its lease has it, and version two beside version one without traffic. */
const prepared = async (options: Readonly<Record<string, unknown>> = {}, version: VersionName = 'two') => {
  const shop = await Shop.serving(cluster, 'one', { replicas: 2 })
  const platform = await openPlatform(shop.namespace, { options })
  await takeLease(platform)
  const release = await releaseOf(platform, version)
  await platform.target.prepare(release, signal)
  return { shop, target: platform.target }
}

const releaseOf = async ({ complete }: Platform, version: VersionName): Promise<Release> => {
  if (complete === undefined) throw new Error('the platform completes releases')
  return complete(
    { digest: cluster.digest(version), image: cluster.image(version), environment: {}, configuration: configurationOf({}) },
    signal,
  )
}

/** What an autoscaler does, by the same subresource. */
const scaleStable = (shop: Shop, replicas: number): Promise<unknown> =>
  cluster.client.patch(
    `/apis/apps/v1/namespaces/${shop.namespace.name}/deployments/web/scale`,
    { spec: { replicas } },
    { type: 'merge-patch', signal },
  )

const sizes = async (shop: Shop): Promise<readonly (number | undefined)[]> =>
  Promise.all(['web', 'web-canary'].map(async (name) => (await shop.deployment(name))?.spec?.replicas))

const readyOf = (deployment: Deployment | undefined): number => deployment?.status?.readyReplicas ?? 0

describe('capacity comes before traffic', () => {
  test('at 100 % the canary is as large as stable, and ready, before the weight is there', async () => {
    const { shop, target } = await prepared()
    await using _ = shop
    const seen: { weight: number; ready: number }[] = []
    const over = new AbortController()
    const watching = (async () => {
      while (!over.signal.aborted) {
        const [weight, canary] = await Promise.all([shop.weight(), shop.deployment('web-canary')])
        seen.push({ weight, ready: readyOf(canary) })
      }
    })()
    for (const weight of [50, 100]) await target.shift(weight, signal)
    over.abort()
    await watching
    expect(seen.filter(({ weight, ready }) => ready * 100 < weight * 2)).toEqual([])
    expect(await sizes(shop)).toEqual([2, 2])
  })

  test('a canary keeps up with a stable that is scaled while it has a share, and is never made smaller', async () => {
    const { shop, target } = await prepared()
    await using _ = shop
    await target.shift(50, signal)
    expect(await sizes(shop)).toEqual([2, 1])
    await scaleStable(shop, 4)
    await target.describe(signal)
    await target.keepUp?.(signal)
    expect(await sizes(shop)).toEqual([4, 2])
    await scaleStable(shop, 2)
    await target.describe(signal)
    await target.keepUp?.(signal)
    expect(await sizes(shop)).toEqual([2, 2])
  })

  test('a stable that was scaled down while it had no traffic is as large as the canary before the traffic comes back', async () => {
    const { shop, target } = await prepared()
    await using _ = shop
    const traffic = shop.underTraffic(50)
    await target.shift(100, signal)
    await scaleStable(shop, 1)
    await target.promote(signal)
    const { lost } = await traffic.stop()
    expect(await sizes(shop)).toEqual([2, undefined])
    expect(readyOf(await shop.deployment())).toBe(2)
    expect(lost).toBe(0)
  })

  test('a bound of the surge is kept, and what it does not allow is refused before anything is changed', async () => {
    const { shop, target } = await prepared({ 'max-surge': '50%' })
    await using _ = shop
    await target.shift(50, signal)
    await expect(target.shift(100, signal)).rejects.toMatchObject({ code: 'surge-too-small' })
    expect(await sizes(shop)).toEqual([2, 1])
    expect(await shop.weight()).toBe(50)
  })
})

describe('faults of Azure/k8s-deploy that cannot happen here', () => {
  test('1: blue-green switches the Service, and looks for readiness afterwards', async () => {
    await using shop = await Shop.serving(cluster, 'one', { replicas: 1 })
    shop.configured({ strategy: { 'blue-green': { bake: { min: '1s', max: '60s' }, 'keep-old-for': '2s' } } })
    const traffic = shop.underTraffic(50)
    const { exitCode, log } = await shop.releases('slow20', { strategy: 'blue-green' })
    const { lost, failed } = await traffic.stop()
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
    expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
    expect(await shop.state()).toMatchObject({ stable: 'slow20', canary: null, weight: 0 })
  })

  test('7: promote says it is done before anything of the new version is ready', async () => {
    const { shop, target } = await prepared()
    await using _ = shop
    await target.promote(signal)
    const stable = await shop.deployment()
    expect(stable?.status).toMatchObject({ updatedReplicas: 2, availableReplicas: 2, replicas: 2 })
    expect((await target.describe(signal)).stable?.runningDigest).toBe(cluster.digest('two'))
  })

  test('8: a canary with all of the traffic has the replicas of a canary', async () => {
    const { shop, target } = await prepared()
    await using _ = shop
    await target.shift(100, signal)
    expect(readyOf(await shop.deployment('web-canary'))).toBe(2)
  })
})
