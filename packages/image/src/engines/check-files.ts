import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { BuildRequest } from './build-engine.ts'

/**
 * Whether the files that a request names are there, before an engine is started.
 * @throws KitError `build-request-invalid`, `dockerfile-missing`
 */
export const checkFiles = async ({ context, file = 'Dockerfile', secrets = [] }: BuildRequest): Promise<void> => {
  if ((await kindOf(context)) !== 'directory') throw new KitError('build-request-invalid', `The context \`${context}\` is not a directory.`)
  if ((await kindOf(resolve(context, file))) !== 'file')
    throw new KitError('dockerfile-missing', `There is no Dockerfile \`${file}\` in the context \`${context}\`.`)
  for (const { id, from } of secrets) {
    if (from.kind === 'file' && (await kindOf(from.path)) !== 'file')
      throw new KitError('build-request-invalid', `The secret \`${id}\` should be in the file \`${from.path}\`, which is not there.`)
  }
}

const kindOf = async (path: string): Promise<'directory' | 'file' | undefined> => {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? undefined : found.isDirectory() ? 'directory' : 'file'
}
