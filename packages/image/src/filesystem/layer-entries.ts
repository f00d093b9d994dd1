import { createReadStream } from 'node:fs'
import { PassThrough, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { KitError } from '@deploy-kit/core'
import { extract, type Header } from 'tar-stream'
import { blobPath, verifying } from '../layout/digest.ts'
import { compressionOf } from '../layout/media-types.ts'
import { asLayoutFault } from '../layout/read-json.ts'
import type { Descriptor } from '../layout/schema.ts'

/** One entry of a layer's tar. Its content must be read, or resumed, before the next one comes. */
export interface LayerEntry {
  readonly ordinal: number
  readonly header: Header
  readonly content: AsyncIterable<Buffer>
  skip(): void
}

/**
 * The entries of a layer in their order. The blob is checked against its digest while it is read; the check ends with the
 * last entry, so nothing that was read may be put to use before that.
 * @throws KitError `image-layout-invalid`
 */
export async function* layerEntries(layout: string, layer: Descriptor): AsyncGenerator<LayerEntry> {
  const path = blobPath(layout, layer.digest)
  const tar = extract()
  const feeding = pipeline(createReadStream(path), verifying(layer, path), decompression(layer), tar).catch(asLayoutFault(path))
  // The error reaches the loop below through the stream as well; without this it would count as unhandled meanwhile.
  feeding.catch(() => undefined)
  let ordinal = 0
  try {
    for await (const source of tar) {
      yield { ordinal, header: source.header, content: source as AsyncIterable<Buffer>, skip: () => void source.resume() }
      ordinal += 1
    }
  } catch (error) {
    await feeding
    throw new KitError('image-layout-invalid', `\`${path}\` is not a tar that can be read.`, { cause: error })
  }
  await feeding
}

/** Node knows zstd from 22.15 and 23.8 on. @throws KitError `node-too-old` */
const zstdOf = (layer: Descriptor): Transform => {
  const { createZstdDecompress } = zlib as Partial<Pick<typeof zlib, 'createZstdDecompress'>>
  if (createZstdDecompress !== undefined) return createZstdDecompress()
  throw new KitError('node-too-old', `The layer ${layer.digest} is compressed by zstd, which Node ${process.versions.node} does not know.`)
}

const decompression = (layer: Descriptor): Transform => {
  switch (compressionOf(layer.mediaType)) {
    case 'none':
      return new PassThrough()
    case 'gzip':
      return zlib.createGunzip()
    case 'zstd':
      return zstdOf(layer)
    case undefined:
      throw new KitError(
        'image-layout-invalid',
        `The layer ${layer.digest} has the media type ${layer.mediaType}; tar, tar+gzip and tar+zstd are known.`,
      )
  }
}
