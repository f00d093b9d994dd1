import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Content } from '../../../filesystem/entry.ts'
import { extractAll, type Extraction } from '../../../filesystem/extract.ts'
import { canonicalJson } from '../../../layout/canonical-json.ts'
import { refName } from '../../../layout/choose-image.ts'
import { blobPath, digestOf, verifying } from '../../../layout/digest.ts'
import { mediaTypes } from '../../../layout/media-types.ts'
import { formatPlatform, type Platform } from '../../../layout/platform.ts'
import { asLayoutFault } from '../../../layout/read-json.ts'
import type { Descriptor } from '../../../layout/schema.ts'
import type { BuildRequest, BuiltImage, BuiltLayer } from '../../build-engine.ts'
import type { Stage, StageLayer } from '../stages/stage.ts'
import { imageConfiguration, imageManifest, indexEntries } from './image-files.ts'
import { publishLayout } from '../../../layout/publish-layout.ts'
import { writeLayer } from './write-layer.ts'

export interface ImageInput {
  readonly request: BuildRequest
  readonly stage: Stage
  readonly platform: Platform
  readonly output: string
  readonly signal: AbortSignal
}

/** Writes the image of a stage: into a directory beside its place, and from there to its place when it is whole. */
export const writeImage = async (input: ImageInput): Promise<BuiltImage> => {
  await mkdir(dirname(input.output), { recursive: true })
  const work = await mkdtemp(`${input.output}.build-`)
  try {
    return await writeInto(work, input)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const writeInto = async (work: string, { request, stage, platform, output, signal }: ImageInput): Promise<BuiltImage> => {
  const staged = join(work, 'layout')
  await mkdir(join(staged, 'blobs', 'sha256'), { recursive: true })
  const pathOf = await extractContents(stage.layers, join(work, 'contents'))

  const layers: BuiltLayer[] = []
  const descriptors: Descriptor[] = []
  const diffIds: string[] = []
  for (const layer of stage.layers) {
    const descriptor =
      layer.kind === 'new'
        ? await writeLayer(staged, { changes: layer.changes, mtime: request.sourceDateEpoch, pathOf, signal })
        : await copyLayer(layer.layout, layer.descriptor, staged, signal)
    layers.push({ digest: descriptor.digest, size: descriptor.size, createdBy: layer.createdBy })
    descriptors.push(descriptor)
    // An uncompressed layer is its own tar, so its digest is the diff_id as well.
    diffIds.push(layer.kind === 'new' ? descriptor.digest : layer.diffId)
  }
  const config = await writeJson(staged, mediaTypes.config, imageConfiguration(request, stage, platform, diffIds))
  const manifest = await writeJson(staged, mediaTypes.manifest, imageManifest(request, stage, config, descriptors))
  signal.throwIfAborted()
  await publishLayout(staged, output, indexEntries(request.tags, manifest, platform, refName))
  const sizeBytes = layers.reduce((sum, { size }) => sum + size, config.size)
  return {
    digest: manifest.digest,
    image: output,
    tags: request.tags,
    platforms: [{ platform: formatPlatform(platform), digest: manifest.digest, sizeBytes, layers }],
    sizeBytes,
  }
}

/** Files that COPY --from takes out of other layers are written to disk first, each of those layers read once. */
const extractContents = async (layers: readonly StageLayer[], directory: string): Promise<(content: Content) => string> => {
  await mkdir(directory)
  const paths = new Map<Content, string>()
  const extractions: Extraction[] = []
  for (const layer of layers) {
    if (layer.kind !== 'new') continue
    for (const entry of layer.changes.values()) {
      if (entry.type !== 'file' || entry.content.kind !== 'layer' || paths.has(entry.content)) continue
      const to = join(directory, String(paths.size))
      paths.set(entry.content, to)
      extractions.push({ content: entry.content, to })
    }
  }
  await extractAll(extractions)
  return (content) => (content.kind === 'path' ? content.path : (paths.get(content) ?? ''))
}

const copyLayer = async (from: string, layer: Descriptor, to: string, signal: AbortSignal): Promise<Descriptor> => {
  const source = blobPath(from, layer.digest)
  const target = blobPath(to, layer.digest)
  await mkdir(dirname(target), { recursive: true })
  await pipeline(createReadStream(source), verifying(layer, source), createWriteStream(target), { signal }).catch(asLayoutFault(source))
  return layer
}

const writeJson = async (layout: string, mediaType: string, value: unknown): Promise<Descriptor> => {
  const text = canonicalJson(value)
  const digest = digestOf(text)
  await writeFile(blobPath(layout, digest), text)
  return { mediaType, digest, size: Buffer.byteLength(text) }
}
