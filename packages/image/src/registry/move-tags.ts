import type { StoredManifest } from './content.ts'
import type { Registry } from './registry.ts'

/**
 * Gives tags to an image that is in the repository: each is one PUT of its manifest, nothing is built or copied.
 * @param digest of a manifest or an index
 * @throws KitError as Registry; tags before the one that failed have been moved
 */
export const moveTags = async (registry: Registry, name: string, digest: string, tags: readonly string[]): Promise<StoredManifest> => {
  const manifest = await registry.manifest(name, digest)
  for (const tag of tags) await registry.putManifest(name, tag, manifest)
  return manifest
}
