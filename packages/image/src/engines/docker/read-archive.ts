import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { KitError } from '@deploy-kit/core'
import { canonicalJson } from '../../layout/canonical-json.ts'
import { blobPath, digestOf, hashing } from '../../layout/digest.ts'
import { mediaTypes } from '../../layout/media-types.ts'
import { asLayoutFault, readJsonFile } from '../../layout/read-json.ts'
import type { Descriptor } from '../../layout/schema.ts'

/** The lines of manifest.json that `docker save` writes, in its old form and since Docker 25 beside an OCI layout. */
interface Saved {
  readonly Config: string
  readonly Layers: readonly string[]
}

/**
 * Turns what `docker save` wrote into an OCI layout. Its layers are tars that are not compressed, so they are compressed here; the
 * configuration stays as Docker has it, byte for byte.
 * @throws KitError `build-failed` when it is not what `docker save` writes
 */
export const layoutOfArchive = async (archive: string, room: string, annotations: Readonly<Record<string, string>>): Promise<string> => {
  const unpacked = join(room, 'saved')
  await unpack(archive, unpacked)
  const [saved] = await readJsonFile<readonly Saved[]>(join(unpacked, 'manifest.json'))
  if (saved === undefined) throw new KitError('build-failed', '`docker save` wrote an archive without an image.')
  const layout = join(room, 'layout')
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true })
  const layers: Descriptor[] = []
  for (const path of saved.Layers) layers.push(await compress(join(unpacked, within(path)), layout))
  const configuration = await readFile(join(unpacked, within(saved.Config)))
  const config = await write(layout, mediaTypes.config, configuration)
  const { os, architecture, variant } = JSON.parse(configuration.toString('utf8')) as { os: string; architecture: string; variant?: string }
  const given = Object.keys(annotations).length === 0 ? {} : { annotations }
  const manifest = await write(
    layout,
    mediaTypes.manifest,
    canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, ...given }),
  )
  const platform = { os, architecture, ...(variant !== undefined && { variant }) }
  await writeFile(join(layout, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }))
  await writeFile(
    join(layout, 'index.json'),
    canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [{ ...manifest, platform }] }),
  )
  return layout
}

/** The files of the archive; links among them stand for layers that two images share, and there is one image. */
const unpack = async (archive: string, directory: string): Promise<void> => {
  const files = extract()
  const done = pipeline(createReadStream(archive), files)
  for await (const entry of files) {
    if (entry.header.type === 'file') {
      const path = join(directory, within(entry.header.name))
      await mkdir(join(path, '..'), { recursive: true })
      await pipeline(entry, createWriteStream(path))
    } else entry.resume()
  }
  await done
}

/** A path of the archive; Docker writes none that leads out of it, and nobody else writes here. */
const within = (path: string): string => {
  const inside = normalize(path)
  if (inside.startsWith('..') || inside.startsWith('/')) throw new KitError('build-failed', `\`docker save\` wrote the path \`${path}\`.`)
  return inside
}

const compress = async (path: string, layout: string): Promise<Descriptor> => {
  const staged = `${path}.gz`
  const hash = hashing()
  await pipeline(createReadStream(path), createGzip(), hash.through, createWriteStream(staged)).catch(asLayoutFault(path))
  const digest = hash.digest()
  const { size } = await stat(staged)
  await rename(staged, blobPath(layout, digest))
  return { mediaType: `${mediaTypes.layer}+gzip`, digest, size }
}

const write = async (layout: string, mediaType: string, content: Buffer | string): Promise<Descriptor> => {
  const digest = digestOf(content)
  await writeFile(blobPath(layout, digest), content)
  return { mediaType, digest, size: Buffer.byteLength(content) }
}
