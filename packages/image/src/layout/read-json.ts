import { readFile } from 'node:fs/promises'
import { KitError } from '@deploy-kit/core'
import { errnoOf } from '../filesystem/errno.ts'
import { isDigest } from '../reference/reference.ts'
import { algorithmOf, blobPath, corrupt, digestOf } from './digest.ts'
import type { Descriptor } from './schema.ts'

/** Manifests and configurations are small; more than this is an attack or a mistake. */
const maximumBytes = 4 * 1024 * 1024

/** A JSON blob of a layout, checked against its digest. @throws KitError `image-layout-invalid` */
export const readJsonBlob = async <T>(layout: string, descriptor: Descriptor): Promise<T> => {
  const path = blobPath(layout, descriptor.digest)
  if (descriptor.size > maximumBytes) {
    throw new KitError('image-layout-invalid', `\`${path}\` has ${descriptor.size} bytes; ${maximumBytes} are allowed.`)
  }
  const content = await readFile(path).catch(asLayoutFault(path))
  const found = { digest: digestOf(content, algorithmOf(descriptor.digest)), size: content.length }
  if (found.digest !== descriptor.digest || found.size !== descriptor.size) throw corrupt(path, descriptor, found)
  return parse(path, content) as T
}

/** A JSON file of a layout that has no digest: index.json and oci-layout. @throws KitError `image-layout-invalid` */
export const readJsonFile = async <T>(path: string): Promise<T> => parse(path, await readFile(path).catch(asLayoutFault(path))) as T

const notThere = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'])

/** Turns a file that is not there into the layout's fault; other errors, such as a full disk, pass as they are. */
export const asLayoutFault =
  (path: string) =>
  (error: unknown): never => {
    throw notThere.has(errnoOf(error) ?? '')
      ? new KitError('image-layout-invalid', `\`${path}\` could not be read.`, { cause: error })
      : error
  }

/** A digest becomes a path, so nothing else than a digest may pass for one. */
export const isDescriptor = (value: unknown): value is Descriptor => {
  if (typeof value !== 'object' || value === null) return false
  const { digest, size, mediaType } = value as Partial<Descriptor>
  return typeof digest === 'string' && isDigest(digest) && typeof size === 'number' && typeof mediaType === 'string'
}

const parse = (path: string, content: Buffer): object => {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch (error) {
    throw new KitError('image-layout-invalid', `\`${path}\` is not JSON.`, { cause: error })
  }
  if (typeof value !== 'object' || value === null) throw new KitError('image-layout-invalid', `\`${path}\` is not a JSON object.`)
  return value
}
