import type { BuildRequest } from '../build-engine.ts'
import { commonFlags } from '../process/common-flags.ts'
import { flag, flags } from '../process/flags.ts'

/** Which of the two programs builds; both are the same engine. */
export type Program = 'buildah' | 'podman'

/** The arguments of `buildah build`. `--timestamp` sets the times of the configuration and of all files. */
export const buildahArgv = (
  program: Program,
  request: BuildRequest,
  names: { readonly idFile: string; readonly list: string },
): readonly [string, ...string[]] => [
  program,
  'build',
  ...flag('format', 'oci'),
  ...flag('timestamp', String(request.sourceDateEpoch)),
  // Else the version of buildah would be part of the digest.
  '--identity-label=false',
  // Its cache does not know platforms: from it, the image of one became that of the other (seen with 1.28.2, FROM scratch).
  isSeveral(request) ? '--layers=false' : '--layers',
  ...commonFlags(request),
  ...(request.pull === true ? ['--pull=always'] : []),
  ...flags('cache-from', registryCaches(request.cache?.from)),
  ...flags('cache-to', registryCaches(request.cache?.to)),
  ...(isSeveral(request) ? flag('manifest', names.list) : flag('iidfile', names.idFile)),
  request.context,
]

/** What brings the image from buildah's store into a layout. */
export const exportArgv = (program: Program, request: BuildRequest, image: string, layout: string): readonly [string, ...string[]] =>
  isSeveral(request)
    ? [program, 'manifest', 'push', '--all', image, `oci:${layout}:built`]
    : [program, 'push', image, `oci:${layout}:built`]

export const isSeveral = ({ platforms = [] }: BuildRequest): boolean => platforms.length > 1

/** Of BuildKit's caches buildah has the one in a registry, by its repository alone. */
const registryCaches = (caches: readonly string[] = []): readonly string[] =>
  caches.flatMap((line) => {
    const [, ref] = /^type=registry.*?\bref=([^,]+)/.exec(line) ?? []
    return ref === undefined ? [] : [ref.replace(/:[^/:]*$/, '')]
  })
