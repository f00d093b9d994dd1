import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KitError } from '@deploy-kit/core'
import { chooseImage, type LayoutChoice } from './choose-image.ts'
import { blobPath, verifying } from './digest.ts'
import { asLayoutFault, isDescriptor, readJsonBlob, readJsonFile } from './read-json.ts'
import type { Descriptor, ImageConfiguration, ImageIndex, ImageManifest } from './schema.ts'

/** One image of a layout, with manifest and configuration verified against their digests. */
export interface LayoutImage {
  /** The directory that holds the layout. */
  readonly layout: string
  /** Digest of the manifest. */
  readonly digest: string
  /** Bytes of the manifest. */
  readonly size: number
  readonly manifest: ImageManifest
  readonly configuration: ImageConfiguration
}

/**
 * Reads one image of an OCI image layout. Manifest and configuration are checked against their digests; the layers are
 * checked when they are unpacked, or by verifyLayers.
 * @throws KitError `image-layout-invalid`, `image-not-in-layout`
 */
export const readLayout = async (layout: string, choice: LayoutChoice = {}): Promise<LayoutImage> => {
  const { digest, ...descriptor } = await chooseImage(layout, await listLayout(layout), choice)
  const manifest = await readJsonBlob<ImageManifest>(layout, { digest, ...descriptor })
  if (!isDescriptor(manifest.config) || !Array.isArray(manifest.layers) || !manifest.layers.every(isDescriptor)) {
    throw new KitError(
      'image-layout-invalid',
      `The manifest ${digest} in \`${layout}\` does not list configuration and layers with digest and size.`,
    )
  }
  const configuration = await readJsonBlob<ImageConfiguration>(layout, manifest.config)
  if (configuration.rootfs?.diff_ids?.length !== manifest.layers.length) {
    throw new KitError('image-layout-invalid', `The configuration of ${digest} in \`${layout}\` does not list one diff_id for each layer.`)
  }
  return { layout, digest, size: descriptor.size, manifest, configuration }
}

/** The images and indexes that a layout names in its index.json. @throws KitError `image-layout-invalid` */
export const listLayout = async (layout: string): Promise<readonly Descriptor[]> => {
  const { imageLayoutVersion } = await readJsonFile<{ imageLayoutVersion?: unknown }>(join(layout, 'oci-layout'))
  if (typeof imageLayoutVersion !== 'string' || !imageLayoutVersion.startsWith('1.')) {
    throw new KitError('image-layout-invalid', `\`${layout}\` has the layout version ${String(imageLayoutVersion)}; 1.0.0 is known.`)
  }
  const { manifests } = await readJsonFile<Partial<ImageIndex>>(join(layout, 'index.json'))
  if (!Array.isArray(manifests) || !manifests.every(isDescriptor)) {
    throw new KitError('image-layout-invalid', `\`${join(layout, 'index.json')}\` does not list manifests with digest and size.`)
  }
  return manifests
}

/** Reads every layer of an image and checks it against its digest. @throws KitError `image-layout-invalid` */
export const verifyLayers = async (image: LayoutImage, signal?: AbortSignal): Promise<void> => {
  for (const layer of image.manifest.layers) {
    const path = blobPath(image.layout, layer.digest)
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    await pipeline(createReadStream(path), verifying(layer, path), nowhere, signal === undefined ? {} : { signal }).catch(
      asLayoutFault(path),
    )
  }
}
