import type { BuildRequest } from '../build-engine.ts'
import { commonFlags, type CommonFlag } from '../process/common-flags.ts'
import { flag, toggle } from '../process/flags.ts'

const lacking = ['build-context', 'annotation'] as const satisfies readonly CommonFlag[]
/** What `docker build` takes only with BuildKit behind it. */
const ofBuildKit = ['platform', 'secret', 'ssh'] as const satisfies readonly CommonFlag[]

/** The arguments of `docker build`: what the classic builder knows, and with BuildKit behind it platforms, secrets and SSH as well. */
export const dockerArgv = (request: BuildRequest, withBuildKit: boolean, idFile: string): readonly string[] => [
  'docker',
  'build',
  ...commonFlags(request, withBuildKit ? lacking : [...lacking, ...ofBuildKit]),
  ...toggle('pull', request.pull),
  ...(withBuildKit ? ['--progress', 'plain', '--provenance=false'] : []),
  ...flag('iidfile', idFile),
  request.context,
]
