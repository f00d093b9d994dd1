import type { BuiltPlatform } from '../engines/build-engine.ts'
import { describeImage } from '../layout/describe-layout.ts'
import { isIndex } from '../layout/media-types.ts'
import type { ImageConfiguration, ImageManifest } from '../layout/schema.ts'
import { jsonOf, partsOf, type StoredManifest } from './content.ts'
import type { Registry } from './registry.ts'

/** The images behind a digest in a registry, one for each platform. Attestations, which BuildKit lists beside them, are left out. */
export const describeRemote = async (registry: Registry, name: string, digest: string): Promise<readonly BuiltPlatform[]> => {
  const root = await registry.manifest(name, digest)
  if (!isIndex(root.mediaType)) return [await imageOf(registry, name, root)]
  const images = partsOf(root).children.filter(({ platform }) => platform?.os !== 'unknown')
  return Promise.all(images.map(async (child) => imageOf(registry, name, await registry.manifest(name, child.digest))))
}

const imageOf = async (registry: Registry, name: string, stored: StoredManifest): Promise<BuiltPlatform> => {
  partsOf(stored) // Throws for what is no image.
  const manifest = jsonOf(stored) as unknown as ImageManifest
  const content = await registry.readBlob(name, manifest.config)
  return describeImage(stored.digest, manifest, JSON.parse(content.toString('utf8')) as ImageConfiguration)
}
