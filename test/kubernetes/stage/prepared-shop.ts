import { configurationOf, type Platform, type Release, type Target } from '@deploy-kit/rollout'
import type { Deployment } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import type { TestCluster, VersionName } from './cluster.ts'
import { openPlatform, takeLease } from './platform.ts'
import { Shop } from './shop.ts'

const signal = new AbortController().signal

/** A version as a release of what a platform was opened for. */
export const releaseIn = async ({ complete }: Platform, cluster: TestCluster, version: VersionName): Promise<Release> => {
  if (complete === undefined) throw new Error('the platform completes releases')
  const release = { digest: cluster.digest(version), image: cluster.image(version), environment: {}, configuration: configurationOf({}) }
  return complete(release, signal)
}

/** A shop behind its gateway, the platform as the holder of its lease has it, and another version beside version one without traffic. */
export const preparedShop = async (
  cluster: TestCluster,
  version: VersionName,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly shop: Shop; readonly target: Target }> => {
  const shop = await Shop.serving(cluster, 'one', { replicas: 2 })
  const platform = await openPlatform(shop.namespace, { options })
  await takeLease(platform)
  await platform.target.prepare(await releaseIn(platform, cluster, version), signal)
  return { shop, target: platform.target }
}

export const readyOf = (deployment: Deployment | undefined): number => deployment?.status?.readyReplicas ?? 0
