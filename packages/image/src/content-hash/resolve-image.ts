import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createHash } from 'node:crypto'
import { KitError } from '@deploy-kit/core'
import { nameOf, parseReference } from '../reference/reference.ts'
import type { Registry } from '../registry/registry.ts'

/**
 * What an image is at this moment: its digest in the registry, or a hash of the index of a layout on disk (`oci-layout://path`, or a path).
 * @throws KitError as Registry; `registry-not-found` when there is no such image
 */
export const resolveImage = async (name: string, context: string, registry: Registry): Promise<string> => {
  const written = /^oci-layout:\/\/([^:@]+)/.exec(name)?.[1] ?? (/^\.{0,2}\//.test(name) ? name : undefined)
  if (written !== undefined) {
    const index = await readFile(join(resolve(context, written), 'index.json')).catch((error: unknown) => {
      throw new KitError('image-layout-invalid', `\`${name}\` could not be read.`, { cause: error })
    })
    return `index:${createHash('sha256').update(index).digest('hex')}`
  }
  const reference = parseReference(name)
  if (reference.digest !== undefined) return reference.digest
  const found = await registry.find(nameOf(reference), reference.tag ?? 'latest')
  if (found !== undefined) return found.digest
  throw new KitError('registry-not-found', `There is no image \`${name}\`.`)
}
