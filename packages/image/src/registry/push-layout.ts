import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { blobPath, corrupt, digestOf, algorithmOf } from '../layout/digest.ts'
import { asLayoutFault } from '../layout/read-json.ts'
import type { Descriptor } from '../layout/schema.ts'
import type { StoredManifest } from './content.ts'
import type { Registry } from './registry.ts'
import { transfer, type ImageSource, type Transferred } from './transfer.ts'

/**
 * Pushes an image or an index of an OCI layout into repositories, under its digest alone. Into the second and further repositories of one
 * registry, the registry takes the blobs over from the first.
 * @param root what `listLayout` lists
 * @throws KitError `image-layout-invalid`, and as Registry
 */
export const pushLayout = async (
  registry: Registry,
  layout: string,
  root: Descriptor,
  names: readonly string[],
): Promise<readonly (Transferred & { readonly name: string })[]> => {
  const results: (Transferred & { readonly name: string })[] = []
  const [first] = names
  for (const name of names) {
    const source = layoutSource(layout, name === first ? undefined : first)
    results.push({ name, ...(await transfer(source, await source.manifest(root), registry, name)) })
  }
  return results
}

const layoutSource = (layout: string, repository: string | undefined): ImageSource => ({
  manifest: (descriptor) => storedManifest(layout, descriptor),
  // The registry checks the content against its digest.
  blob: (descriptor) => openAsBlob(blobPath(layout, descriptor.digest)).catch(asLayoutFault(blobPath(layout, descriptor.digest))),
  ...(repository !== undefined && { repository }),
})

const storedManifest = async (layout: string, { digest, mediaType, size }: Descriptor): Promise<StoredManifest> => {
  const path = blobPath(layout, digest)
  const content = await readFile(path).catch(asLayoutFault(path))
  const found = { digest: digestOf(content, algorithmOf(digest)), size: content.length }
  if (found.digest !== digest || found.size !== size) throw corrupt(path, { digest, size }, found)
  return { digest, mediaType, content }
}
