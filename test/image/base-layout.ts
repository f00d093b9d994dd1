import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** A base image as another tool would make it: layers with whiteouts and hard links, compressed as wanted. */
export interface Base {
  readonly layers: readonly (readonly Parameters<ReturnType<typeof pack>['entry']>[0][])[]
  readonly compress?: 'gzip' | 'zstd'
  readonly config?: object
  readonly platforms?: readonly string[]
}

const tarOf = async (entries: Base['layers'][number]): Promise<Buffer> => {
  const tar = pack()
  // The text of a file is its linkname here, to keep the tables short.
  for (const { linkname = '', ...header } of entries) {
    if (header.type === 'symlink' || header.type === 'link') tar.entry({ ...header, linkname })
    else if (header.type === 'directory') tar.entry(header)
    else tar.entry(header, linkname)
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks)
}

export const writeBase = async (directory: string, base: Base): Promise<void> => {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  const write = async (mediaType: string, content: Buffer | string) => {
    const hex = createHash('sha256').update(content).digest('hex')
    await writeFile(join(directory, 'blobs/sha256', hex), content)
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(content) }
  }
  const tars = await Promise.all(base.layers.map(tarOf))
  const compressed = tars.map((tar) => (base.compress === 'gzip' ? gzipSync(tar) : base.compress === 'zstd' ? zstdCompressSync(tar) : tar))
  const suffix = base.compress === undefined ? '' : `+${base.compress}`
  const layers = await Promise.all(compressed.map((layer) => write(`application/vnd.oci.image.layer.v1.tar${suffix}`, layer)))
  const diffIds = tars.map((tar) => `sha256:${createHash('sha256').update(tar).digest('hex')}`)
  const manifests = await Promise.all(
    (base.platforms ?? ['amd64']).map(async (architecture) => {
      const configuration = { os: 'linux', architecture, config: base.config ?? {}, rootfs: { type: 'layers', diff_ids: diffIds } }
      const config = await write('application/vnd.oci.image.config.v1+json', JSON.stringify(configuration))
      const manifest = await write('application/vnd.oci.image.manifest.v1+json', JSON.stringify({ schemaVersion: 2, config, layers }))
      return Object.assign(manifest, { platform: { os: 'linux', architecture } })
    }),
  )
  const inner = await write('application/vnd.oci.image.index.v1+json', JSON.stringify({ schemaVersion: 2, manifests }))
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: base.platforms === undefined ? manifests : [inner] }),
  )
}
