import { openAsBlob } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredManifest } from './content.ts'
import type { Registry } from './registry.ts'
import { transfer, type ImageSource, type Transferred } from './transfer.ts'

export interface CopyRequest {
  /** Name of the repository that the image is in. */
  readonly from: string
  /** Tag or digest there. */
  readonly reference: string
  readonly to: string
  /** Directory for blobs on their way between two registries. Inside one registry nothing is downloaded. */
  readonly temporaryDirectory: string
}

/**
 * Copies an image, or an index with all it lists, into another repository, under its digest alone.
 * @returns the manifest, which `moveTags` gives its tags
 * @throws KitError as Registry
 */
export const copyImage = async (registry: Registry, request: CopyRequest): Promise<Transferred & { readonly manifest: StoredManifest }> => {
  const directory = await mkdtemp(join(request.temporaryDirectory, 'copy-'))
  const source: ImageSource = {
    repository: request.from,
    manifest: ({ digest }) => registry.manifest(request.from, digest),
    blob: async (blob) => {
      const path = join(directory, blob.digest.replace(':', '-'))
      await registry.downloadBlob(request.from, blob, path)
      return openAsBlob(path)
    },
  }
  try {
    const manifest = await registry.manifest(request.from, request.reference)
    return { ...(await transfer(source, manifest, registry, request.to)), manifest }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
