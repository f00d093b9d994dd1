import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleCopy } from './bundle.ts'
import { EdgeUnderTest } from './edge.ts'
import { Shop } from './shop.ts'
import { digestIn, layoutOf, versionNames, type VersionName } from './versions.ts'

/** An edge that runs, the bundle under test, and the images that it has built. */
export interface Stage {
  readonly dist: string
  /** Holds the edge's state, the workspaces and the temporary directories of all runs. */
  readonly directory: string
  readonly edge: EdgeUnderTest
  /** Directory with the OCI layout of a version. */
  layout(version: VersionName): Promise<string>
  digest(version: VersionName): Promise<string>
  /** An app of its own. */
  shop(): Shop
  strike(): Promise<void>
}

export const setStage = async (): Promise<Stage> => {
  const { dist, images } = bundleCopy()
  const directory = await mkdtemp(join(tmpdir(), 'deploy-kit-e2e-'))
  const edge = new EdgeUnderTest(dist, directory)
  await Promise.all([edge.start(), ...versionNames.map((version) => layoutOf(version, dist, images))])
  const shops: Shop[] = []
  const digests: Partial<Record<VersionName, Promise<string>>> = {}
  const stage: Stage = {
    dist,
    directory,
    edge,
    layout: (version) => layoutOf(version, dist, images),
    digest: (version) => (digests[version] ??= layoutOf(version, dist, images).then(digestIn)),
    shop: () => {
      const shop = new Shop(stage)
      shops.push(shop)
      return shop
    },
    strike: async () => {
      await Promise.all(shops.map((shop) => shop[Symbol.asyncDispose]()))
      await edge.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return stage
}
