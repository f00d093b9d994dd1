import { expect, test } from '@jest/globals'
import { testCluster, type VersionName } from './stage/cluster.ts'
import type { WorkloadKind } from './stage/objects.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()

const settings = { strategy: 'rolling', watch: '20s', poll: '500ms' } as unknown as Readonly<Record<string, object>>

const deploy = (shop: Shop, version: VersionName) => shop.types('deploy', '--image', cluster.image(version), '--version', version)

test.each<WorkloadKind>(['StatefulSet', 'DaemonSet', 'Deployment'])(
  'a %s is released from the command line: a good version stays, a bad one is found by its users and gives way',
  async (kind) => {
    await using shop = await Shop.serving(cluster, 'one', { kind })
    shop.configured(settings)
    const route = () => shop.namespace.get('gateway.networking.k8s.io/v1', 'httproutes', 'web')
    const before = await route()
    const traffic = shop.underTraffic(100)

    const good = await deploy(shop, 'two')
    expect(good).toMatchObject({ exitCode: 0 })
    expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })

    const bad = await deploy(shop, 'bad30')
    const { lost } = await traffic.stop()
    expect(bad).toMatchObject({ exitCode: 1, text: expect.stringContaining('watch-failed') })
    expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
    expect(lost).toBe(0)
    // Nobody shares traffic here, so nobody has touched what would.
    expect((await route())?.metadata?.generation).toBe(before?.metadata?.generation)
  },
)
