import type { BuiltLayer, BuiltPlatform } from '../engines/build-engine.ts'
import { isIndex } from './media-types.ts'
import { formatPlatform } from './platform.ts'
import { readJsonBlob } from './read-json.ts'
import { readLayout } from './read-layout.ts'
import type { Descriptor, ImageConfiguration, ImageIndex, ImageManifest } from './schema.ts'

/** The images behind an entry of a layout, one for each platform. Attestations, which BuildKit lists beside them, are left out. */
export const describeLayout = async (layout: string, entry: Descriptor): Promise<readonly BuiltPlatform[]> => {
  const manifests = isIndex(entry.mediaType) ? (await readJsonBlob<ImageIndex>(layout, entry)).manifests : [entry]
  const images = manifests.filter(({ platform }) => platform?.os !== 'unknown')
  return Promise.all(
    images.map(async ({ digest }) => {
      const { manifest, configuration } = await readLayout(layout, { digest })
      return describeImage(digest, manifest, configuration)
    }),
  )
}

/** What a manifest and its configuration say of an image. */
export const describeImage = (digest: string, manifest: ImageManifest, configuration: ImageConfiguration): BuiltPlatform => {
  const made = (configuration.history ?? []).filter((line) => line.empty_layer !== true)
  const layers: readonly BuiltLayer[] = manifest.layers.map((layer, index) => ({
    digest: layer.digest,
    size: layer.size,
    createdBy: made[index]?.created_by ?? '',
  }))
  return {
    platform: formatPlatform(configuration),
    digest,
    sizeBytes: layers.reduce((sum, { size }) => sum + size, manifest.config.size),
    layers,
  }
}
