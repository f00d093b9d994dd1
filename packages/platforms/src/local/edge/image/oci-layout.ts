import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { KitError } from '@deploy-kit/core'
import { z } from 'zod'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const descriptor = z.object({ mediaType: z.string(), digest })

/** An image manifest (OCI image specification 1.1, manifest.md). */
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) })

/** The part of the image configuration that starting a process needs (OCI image specification 1.1, config.md). */
const imageConfig = z.object({
  config: z
    .object({
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      Env: z.array(z.string()).nullish(),
      WorkingDir: z.string().nullish(),
    })
    .optional(),
})

export type ImageConfig = z.infer<typeof imageConfig>

export interface Layer {
  readonly mediaType: string
  readonly path: string
}

export interface Image {
  readonly config: ImageConfig
  readonly layers: readonly Layer[]
}

/** The directory of a reference to an OCI layout: `out/image`, `out/image@sha256:…`. */
export const layoutDirectory = (reference: string): string => reference.replace(/@sha256:[0-9a-f]{64}$/, '')

/**
 * Reads an image from an OCI layout (image-layout.md) and checks the content of every blob against its digest.
 * @throws KitError `layout-corrupt` or `image-not-runnable`
 */
export const readImage = async (reference: string, imageDigest: string): Promise<Image> => {
  const directory = layoutDirectory(reference)
  const isLayout = await stat(join(directory, 'oci-layout')).catch(() => undefined)
  if (isLayout === undefined)
    throw new KitError('image-not-runnable', `\`${reference}\` is not the directory of an OCI layout.`, {
      remedy: 'Build with the engine `oci`, or give a directory that holds `oci-layout` and `blobs`.',
    })
  const { config, layers } = await parsed(directory, imageDigest, manifest, 'image manifest')
  const blobs: Layer[] = []
  for (const layer of layers) blobs.push({ mediaType: layer.mediaType, path: await verified(directory, layer.digest) })
  return { config: await parsed(directory, config.digest, imageConfig, 'image configuration'), layers: blobs }
}

const parsed = async <T>(directory: string, name: string, schema: z.ZodType<T>, what: string): Promise<T> => {
  const text = await readFile(await verified(directory, name), 'utf8')
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new KitError('image-not-runnable', `${name} in \`${directory}\` is no ${what}.`, { cause: error })
  }
}

/** The path of a blob whose content has been checked. */
const verified = async (directory: string, name: string): Promise<string> => {
  if (!digest.safeParse(name).success) throw new KitError('layout-corrupt', `\`${name}\` is no digest of the form sha256:<64 hex digits>.`)
  const path = join(directory, 'blobs', 'sha256', name.slice('sha256:'.length))
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash).catch((error: unknown) => {
    throw new KitError('layout-corrupt', `${name} cannot be read from \`${directory}\`.`, { cause: error })
  })
  const found = `sha256:${hash.digest('hex')}`
  if (found !== name) throw new KitError('layout-corrupt', `The content of ${name} in \`${directory}\` has the digest ${found}.`)
  return path
}
