import { describe, expect, test } from '@jest/globals'
import { testCluster } from './stage/cluster.ts'
import { preparedShop, readyOf } from './stage/prepared-shop.ts'
import type { Shop } from './stage/shop.ts'

const cluster = testCluster()
const prepared = (options: Readonly<Record<string, unknown>> = {}) => preparedShop(cluster, 'two', options)
const signal = new AbortController().signal

/** What an autoscaler does, by the same subresource. */
const scaleStable = (shop: Shop, replicas: number): Promise<unknown> =>
  cluster.client.patch(
    `/apis/apps/v1/namespaces/${shop.namespace.name}/deployments/web/scale`,
    { spec: { replicas } },
    { type: 'merge-patch', signal },
  )

const sizes = async (shop: Shop): Promise<readonly (number | undefined)[]> =>
  Promise.all(['web', 'web-canary'].map(async (name) => (await shop.deployment(name))?.spec?.replicas))

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
