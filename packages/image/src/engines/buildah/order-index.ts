import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../../layout/canonical-json.ts'
import { blobPath, digestOf } from '../../layout/digest.ts'
import { isIndex } from '../../layout/media-types.ts'
import { formatPlatform } from '../../layout/platform.ts'
import { readJsonBlob } from '../../layout/read-json.ts'
import { listLayout } from '../../layout/read-layout.ts'
import type { Descriptor, ImageIndex } from '../../layout/schema.ts'

/** Puts the images of an index in the order of their platforms' names: buildah lists them as they were finished, which is chance. */
export const orderIndex = async (layout: string): Promise<void> => {
  const [entry] = await listLayout(layout)
  if (entry === undefined || !isIndex(entry.mediaType)) return
  const { manifests, ...index } = await readJsonBlob<ImageIndex & Readonly<Record<string, unknown>>>(layout, entry)
  const ordered = manifests.toSorted((a, b) => (platformOf(a) < platformOf(b) ? -1 : 1))
  const text = canonicalJson({ ...index, mediaType: entry.mediaType, manifests: ordered })
  const digest = digestOf(text)
  await writeFile(blobPath(layout, digest), text)
  const listed = [{ ...entry, digest, size: Buffer.byteLength(text) }]
  await writeFile(join(layout, 'index.json'), canonicalJson({ schemaVersion: 2, manifests: listed }))
}

const platformOf = ({ platform }: Descriptor): string => (platform === undefined ? '' : formatPlatform(platform))
