import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, link, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KitError } from '@deploy-kit/core'
import { extract, type Extract } from 'tar-stream'
import { directoryInside, leaves, segmentsInside } from './inside.ts'
import type { Layer } from './oci-layout.ts'

type Entry = Extract extends AsyncIterable<infer E> ? E : never

/** Marks in a layer for what it removes (OCI image specification 1.1, layer.md, Whiteouts). */
const whiteout = '.wh.'
const opaque = '.wh..wh..opq'

/**
 * Applies a layer to a directory, whose path must be its real one.
 * @throws KitError `image-not-runnable` for a layer that is neither tar nor gzip, or an entry that leads out of the directory
 */
export const extractLayer = async (layer: Layer, root: string): Promise<void> => {
  const unpack = unpacked(layer)
  const archive = extract()
  const reading =
    unpack === undefined ? pipeline(createReadStream(layer.path), archive) : pipeline(createReadStream(layer.path), unpack, archive)
  reading.catch(() => undefined) // The loop below throws the same fault.
  const own = new Set<string>()
  for await (const entry of archive) {
    await apply(entry, root, own)
    entry.resume()
  }
  await reading
}

const unpacked = ({ mediaType }: Layer): NodeJS.ReadWriteStream | undefined => {
  if (/[+.]gzip$/.test(mediaType)) return createGunzip()
  if (/\.(?:layer|diff)\.(?:v1\.)?tar$/.test(mediaType)) return undefined
  throw new KitError('image-not-runnable', `A layer has the type \`${mediaType}\`; the local platform reads tar and tar+gzip.`)
}

/** `own` holds the paths of this layer, which its opaque marks do not remove. */
const apply = async (entry: Entry, root: string, own: Set<string>): Promise<void> => {
  const { header } = entry
  const segments = segmentsInside(header.name)
  const name = segments.at(-1)
  if (name === undefined) return
  const above = segments.slice(0, -1)
  const parent = await directoryInside(root, above)
  if (name === opaque) return clear(parent, above, own)
  if (name.startsWith(whiteout)) return rm(join(parent, name.slice(whiteout.length)), { recursive: true, force: true })

  for (let length = 1; length <= segments.length; length += 1) own.add(segments.slice(0, length).join('/'))
  const path = join(parent, name)
  const before = await lstat(path).catch(() => undefined)
  if (header.type === 'directory') {
    if (before?.isDirectory() !== true) {
      await rm(path, { force: true })
      await mkdir(path)
    }
    // The owner must be able to write below it and to remove it.
    return chmod(path, (header.mode & 0o777) | 0o700)
  }
  await rm(path, { recursive: true, force: true })
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      await pipeline(entry, createWriteStream(path, { flags: 'wx' }))
      // Bits for set-user-ID and the like have no business in a plain process.
      return chmod(path, (header.mode & 0o777) | 0o400)
    case 'symlink':
      return symlink(relativeTarget(header.linkname, above, header.name), path)
    case 'link':
      return linkInside(root, header.linkname, path)
    case 'character-device':
    case 'block-device':
    case 'fifo': // Made by whoever runs an image, with rights that this process does not have.
  }
}

/** An absolute target would be one of this machine, not of the image. */
const relativeTarget = (target: string, above: readonly string[], name: string): string => {
  if (target.startsWith('/')) throw leaves(`${name} -> ${target}`)
  segmentsInside(target, above)
  return target
}

const linkInside = async (root: string, target: string, path: string): Promise<void> => {
  const segments = segmentsInside(target)
  const name = segments.pop()
  if (name === undefined) throw leaves(target)
  const source = join(await directoryInside(root, segments), name)
  await link(source, path)
}

const clear = async (directory: string, above: readonly string[], own: ReadonlySet<string>): Promise<void> => {
  for (const name of await readdir(directory))
    if (!own.has([...above, name].join('/'))) await rm(join(directory, name), { recursive: true, force: true })
}
