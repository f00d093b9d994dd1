import { readFile, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { parsePlatform, type Platform } from '../../layout/platform.ts'
import { parseTag } from '../../reference/reference.ts'
import type { BuildRequest } from '../build-engine.ts'
import { parseDockerfile, type Dockerfile } from './dockerfile/parse-dockerfile.ts'
import { checkOutput } from '../../layout/publish-layout.ts'

/** A request whose values have all been checked. */
export interface CheckedRequest {
  readonly request: BuildRequest
  readonly context: string
  readonly dockerfilePath: string
  readonly dockerfile: Dockerfile
  readonly platform: Platform
  readonly output: string
}

/** A tar header has 32 bits for a time in the library that writes it. */
const maximumEpoch = 2 ** 31 - 1

/** @throws KitError `build-request-invalid`, `image-reference-invalid`, `dockerfile-missing`, `dockerfile-invalid` */
export const readRequest = async (request: BuildRequest): Promise<CheckedRequest> => {
  const { sourceDateEpoch, tags } = request
  if (!Number.isInteger(sourceDateEpoch) || sourceDateEpoch < 0 || sourceDateEpoch > maximumEpoch) {
    throw new KitError('build-request-invalid', `The time ${sourceDateEpoch} is not whole seconds since 1970, from 0 to ${maximumEpoch}.`)
  }
  for (const tag of tags) parseTag(tag)
  const context = resolve(request.context)
  const isDirectory = await stat(context).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isDirectory) throw new KitError('build-request-invalid', `The context \`${request.context}\` is not a directory.`)
  const output = outputOf(request)
  await checkOutput(output)
  const [platform = 'linux/amd64', ...others] = request.platforms ?? []
  if (others.length > 0) throw new KitError('build-request-invalid', 'The embedded engine `oci` builds for one platform at a time.')

  const file = request.file ?? 'Dockerfile'
  const dockerfilePath = resolve(context, file)
  const source = await readFile(dockerfilePath, 'utf8').catch((error: unknown) => {
    throw new KitError('dockerfile-missing', `There is no Dockerfile \`${file}\` in the context \`${request.context}\`.`, { cause: error })
  })
  const dockerfile = parseDockerfile(source, relative(context, dockerfilePath))
  return { request, context, dockerfilePath, dockerfile, platform: parsePlatform(platform), output }
}

const outputOf = ({ destination }: BuildRequest): string => {
  if (destination.kind !== 'layout')
    throw new KitError('build-request-invalid', 'The embedded engine `oci` writes a layout and nothing else.')
  return resolve(destination.directory)
}
