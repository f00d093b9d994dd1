import type { BuildRequest } from '../build-engine.ts'
import { originLabels } from '../origin-labels.ts'
import { dockerfilePath } from '../process/dockerfile-path.ts'
import { assignments, flag, flags, toggle } from '../process/flags.ts'
import { secretArguments } from '../process/secret-arguments.ts'

/** The arguments of `docker build`: what the classic builder knows, and with BuildKit behind it secrets and SSH as well. */
export const dockerArgv = (request: BuildRequest, withBuildKit: boolean, idFile: string): readonly string[] => [
  'docker',
  'build',
  ...flag('file', dockerfilePath(request)),
  ...flag('target', request.target),
  ...(withBuildKit ? flag('platform', request.platforms?.join(',')) : []),
  ...flags('build-arg', assignments({ ...request.buildArguments, SOURCE_DATE_EPOCH: String(request.sourceDateEpoch) })),
  ...flags('label', assignments({ ...originLabels(request), ...request.labels })),
  ...flags('add-host', request.hosts),
  ...flag('network', request.network === 'default' ? undefined : request.network),
  ...toggle('no-cache', request.noCache),
  ...toggle('pull', request.pull),
  ...(withBuildKit
    ? [...flags('secret', secretArguments(request.secrets)), ...flags('ssh', request.ssh), '--progress', 'plain', '--provenance=false']
    : []),
  ...flag('iidfile', idFile),
  request.context,
]
