import type { BuildRequest } from '../build-engine.ts'
import { commonFlags } from '../process/common-flags.ts'
import { flag, flags, toggle } from '../process/flags.ts'
import { csvField } from '../process/secret-arguments.ts'

/** Files that buildx writes what it did to, and where it puts an image that is not pushed. */
export interface BuildxFiles {
  readonly metadata: string
  readonly layout: string
}

/** The arguments of `docker buildx build` for a request. */
export const buildxArgv = (request: BuildRequest, builder: string | undefined, files: BuildxFiles): readonly string[] => [
  'build',
  ...flag('builder', builder),
  ...flag('progress', 'plain'),
  ...commonFlags(request),
  ...(request.network === 'host' ? ['--allow', 'network.host'] : []),
  ...toggle('pull', request.pull),
  ...flags('cache-from', request.cache?.from),
  ...flags('cache-to', request.cache?.to),
  ...attestations(request),
  ...flags('output', outputs(request, files)),
  ...flag('metadata-file', files.metadata),
  request.context,
]

/** Said in any case: the default of buildx is an attestation with the time of the build in it, which changes the digest each time. */
const attestations = ({ provenance = 'off', sbom = false }: BuildRequest): readonly string[] => [
  `--provenance=${provenance === 'off' ? 'false' : `mode=${provenance}`}`,
  `--sbom=${sbom}`,
]

/** Timestamps are rewritten in layers as well, which BuildKit does from 0.13 on; older ones ignore the key. */
const outputs = ({ destination, load, tags }: BuildRequest, files: BuildxFiles): readonly string[] => {
  const image =
    destination.kind === 'layout'
      ? ['type=oci', 'tar=false', csvField(`dest=${files.layout}`)]
      : [
          'type=image',
          csvField(`name=${destination.names.join(',')}`),
          'push=true',
          'push-by-digest=true',
          'name-canonical=true',
          ...insecure(destination.names),
        ]
  const written = [...image, 'oci-mediatypes=true', 'rewrite-timestamp=true'].join(',')
  return load === true ? [written, ['type=docker', csvField(`name=${tags.join(',')}`), 'rewrite-timestamp=true'].join(',')] : [written]
}

/** A registry on this machine speaks HTTP, as Docker takes it for granted. */
const insecure = (names: readonly string[]): readonly string[] =>
  names.every((name) => /^(?:127(?:\.\d+){3}|localhost)(?::\d+)?\//.test(name)) ? ['registry.insecure=true'] : []
