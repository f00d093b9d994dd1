import type { BuildRequest } from '../build-engine.ts'
import { originLabels } from '../origin-labels.ts'
import { dockerfilePath } from './dockerfile-path.ts'
import { assignments, flags, toggle } from './flags.ts'
import { secretArguments } from './secret-arguments.ts'

/** What Docker, buildx and buildah call by the same name and understand in the same way, in the order in which it is passed. */
const common = {
  file: (request) => [dockerfilePath(request)],
  target: ({ target }) => (target === undefined ? [] : [target]),
  platform: ({ platforms = ['linux/amd64'] }) => [platforms.join(',')],
  'build-arg': ({ buildArguments, sourceDateEpoch }) => assignments({ ...buildArguments, SOURCE_DATE_EPOCH: String(sourceDateEpoch) }),
  'build-context': ({ buildContexts }) => assignments(buildContexts),
  secret: ({ secrets }) => secretArguments(secrets),
  ssh: ({ ssh = [] }) => ssh,
  label: (request) => assignments({ ...originLabels(request), ...request.labels }),
  annotation: ({ annotations }) => assignments(annotations),
  'add-host': ({ hosts = [] }) => hosts,
  network: ({ network = 'default' }) => (network === 'default' ? [] : [network]),
} as const satisfies Readonly<Record<string, (request: BuildRequest) => readonly string[]>>

export type CommonFlag = keyof typeof common

/** The arguments for what a request asks and every engine has, but for what one of them lacks. */
export const commonFlags = (request: BuildRequest, lacking: readonly CommonFlag[] = []): readonly string[] => [
  ...Object.entries(common).flatMap(([name, valuesOf]) => (lacking.includes(name as CommonFlag) ? [] : flags(name, valuesOf(request)))),
  ...toggle('no-cache', request.noCache),
]
