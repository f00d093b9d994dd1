import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { errnoOf } from '../filesystem/errno.ts'
import { refName } from './choose-image.ts'
import { canonicalJson } from './canonical-json.ts'
import { listLayout } from './read-layout.ts'
import type { Descriptor } from './schema.ts'

/** What stands at the place where an image shall be written. @throws KitError `build-request-invalid`, `image-layout-invalid` */
export const checkOutput = async (output: string): Promise<'new' | 'layout'> => {
  const names = await namesIn(output)
  if (names === undefined || names.length === 0) return 'new'
  if (!names.includes('oci-layout')) {
    throw new KitError(
      'build-request-invalid',
      `\`${output}\` is neither empty nor an OCI layout; an image is not written over other files.`,
    )
  }
  await listLayout(output)
  return 'layout'
}

/**
 * Moves a finished layout to its place. A new one appears at once. Into a layout that is there the blobs go first and
 * index.json last, each by one rename, so that a reader never sees an image that is not whole. One writer at a time: of two
 * that finish in the same moment, the later one's index.json wins.
 */
export const publishLayout = async (staged: string, output: string, entries: readonly Descriptor[]): Promise<void> => {
  await writeFile(join(staged, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }))
  if ((await checkOutput(output)) === 'new') {
    await writeIndex(staged, entries)
    await mkdir(dirname(output), { recursive: true })
    await rm(output, { recursive: true, force: true })
    await rename(staged, output)
    return
  }
  const tags = new Set(entries.map(tagOf))
  const digests = new Set(entries.map(({ digest }) => digest))
  // A tag moves to the new image; an entry without a tag is kept unless it is the very same image.
  const kept = (await listLayout(output)).filter((entry) =>
    tagOf(entry) === undefined ? !digests.has(entry.digest) : !tags.has(tagOf(entry)),
  )
  await mkdir(join(output, 'blobs', 'sha256'), { recursive: true })
  for (const blob of await readdir(join(staged, 'blobs', 'sha256'))) {
    await rename(join(staged, 'blobs', 'sha256', blob), join(output, 'blobs', 'sha256', blob))
  }
  await writeIndex(output, [...kept, ...entries])
}

const writeIndex = async (layout: string, manifests: readonly Descriptor[]): Promise<void> => {
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }
  const path = join(layout, `.index.${basename(layout)}.json`)
  await writeFile(path, canonicalJson(index))
  await rename(path, join(layout, 'index.json'))
}

const tagOf = (entry: Descriptor): string | undefined => entry.annotations?.[refName]

const namesIn = async (directory: string): Promise<readonly string[] | undefined> => {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw new KitError('build-request-invalid', `\`${directory}\` cannot be a directory for an image.`, { cause: error })
  }
}
