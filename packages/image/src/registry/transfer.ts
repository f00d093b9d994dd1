import { KitError } from '@deploy-kit/core'
import type { Descriptor } from '../layout/schema.ts'
import { partsOf, type StoredManifest } from './content.ts'
import { eachOf } from '../concurrency/each-of.ts'
import type { Registry } from './registry.ts'

/** Where an image comes from. */
export interface ImageSource {
  manifest(descriptor: Descriptor): Promise<StoredManifest>
  /** Called when the content has to be sent; may be called again. */
  blob(descriptor: Descriptor): Promise<Blob>
  /** The repository that it is in, when it is in one: a registry can take blobs over from there. */
  readonly repository?: string
}

/** What a transfer did with the blobs. */
export interface Transferred {
  readonly uploaded: number
  readonly mounted: number
  readonly present: number
  /** Of what was sent. */
  readonly bytes: number
}

const blobsAtOnce = 3
const deepestIndex = 4

/**
 * Brings an image, or an index with all it lists, into a repository: blobs, then manifests, children before what lists them, each under its
 * digest alone. No tag is touched, so what fails halfway leaves nothing that anybody finds. An image that is there costs one request.
 * @throws KitError as Registry
 */
export const transfer = async (source: ImageSource, root: StoredManifest, registry: Registry, name: string): Promise<Transferred> => {
  const counts = { uploaded: 0, mounted: 0, present: 0, bytes: 0 }
  const done = new Set<string>()
  const bring = async (manifest: StoredManifest, depth: number): Promise<void> => {
    if (done.has(manifest.digest)) return
    done.add(manifest.digest)
    if ((await registry.find(name, manifest.digest)) !== undefined) return
    if (depth > deepestIndex) throw new KitError('registry-content-invalid', `${root.digest} lists indexes more than ${deepestIndex} deep.`)
    const { children, blobs } = partsOf(manifest)
    for (const child of children) await bring(await source.manifest(child), depth + 1)
    const once = new Map(blobs.map((blob) => [blob.digest, blob]))
    await eachOf([...once.values()], blobsAtOnce, async (blob) => {
      const how = await registry.uploadBlob(name, blob, () => source.blob(blob), source.repository)
      counts[how] += 1
      if (how === 'uploaded') counts.bytes += blob.size
    })
    await registry.putManifest(name, manifest.digest, manifest)
  }
  await bring(root, 0)
  return counts
}
