import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KitError } from '@deploy-kit/core'
import { pack, type Pack } from 'tar-stream'
import type { Content, Entry } from '../../../filesystem/entry.ts'
import { blobPath } from '../../../layout/digest.ts'
import { mediaTypes } from '../../../layout/media-types.ts'
import type { Descriptor } from '../../../layout/schema.ts'
import type { Changes } from '../files/additions.ts'

export interface LayerInput {
  readonly changes: Changes
  /** Seconds since 1970 for every entry. */
  readonly mtime: number
  /** Where the bytes of a content are on disk. */
  pathOf(content: Content): string
  readonly signal: AbortSignal
}

/**
 * Writes a layer as an uncompressed tar into the blobs of a layout. Names are sorted by their bytes, and nothing of the
 * machine is in the headers, so that equal files give equal bytes. Uncompressed, since no two versions of zlib promise that.
 */
export const writeLayer = async (layout: string, input: LayerInput): Promise<Descriptor> => {
  const temporary = join(layout, 'layer.partial')
  const hash = createHash('sha256')
  let size = 0
  const measuring = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  const tar = pack()
  const writing = pipeline(tar, measuring, createWriteStream(temporary), { signal: input.signal })
  await Promise.all([fill(tar, input), writing])
  const digest = `sha256:${hash.digest('hex')}`
  const blob = blobPath(layout, digest)
  await mkdir(dirname(blob), { recursive: true })
  await rename(temporary, blob)
  return { mediaType: mediaTypes.layer, digest, size }
}

const fill = async (tar: Pack, input: LayerInput): Promise<void> => {
  const names = [...input.changes.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const name of names) {
    const entry = input.changes.get(name)
    if (entry !== undefined) await addEntry(tar, name, entry, input)
  }
  tar.finalize()
}

const addEntry = async (tar: Pack, name: string, entry: Entry, input: LayerInput): Promise<void> => {
  const { uid, gid } = entry
  const common = { uid, gid, mtime: new Date(input.mtime * 1000), ...wideNumbers(uid, gid) }
  switch (entry.type) {
    case 'directory':
      tar.entry({ ...common, name: `${name}/`, type: 'directory', mode: entry.mode })
      return
    case 'symlink':
      tar.entry({ ...common, name, type: 'symlink', linkname: entry.target, mode: 0o777 })
      return
    case 'file': {
      const path = input.pathOf(entry.content)
      await unchanged(path, entry.size)
      const sink = tar.entry({ ...common, name, type: 'file', mode: entry.mode, size: entry.size })
      if (entry.size > 0) await pipeline(createReadStream(path), sink)
      else sink.end(Buffer.alloc(0))
      return
    }
    case 'device':
      throw new KitError('internal-error', `A device cannot stand in a layer: ${name}.`)
  }
}

// A tar header has six octal digits for an owner here; larger ones, as OpenShift gives them, stand in a pax header.
const wideNumbers = (uid: number, gid: number): { pax?: Record<string, string> } =>
  Math.max(uid, gid) > 0o777777 ? { pax: { uid: String(uid), gid: String(gid) } } : {}

const unchanged = async (path: string, size: number): Promise<void> => {
  const now = (await stat(path)).size
  if (now !== size)
    throw new KitError('build-request-invalid', `\`${path}\` changed from ${size} to ${now} bytes while the image was built.`)
}
