import { resolve } from 'node:path'
import { KitError, type ActionHost } from '@deploy-kit/core'
import { isDigest, parseReference, type EngineRequest } from '@deploy-kit/image'
import { parsePlatform } from '@deploy-kit/image/layout'
import { attestationsOf } from './attestations.ts'
import { parseSizeBudget, type SizeLimit } from '@deploy-kit/image/size'
import { cachesOf } from './caches.ts'
import type { BuildInputs } from './inputs.ts'
import { namingOf, type Naming } from './naming.ts'
import { secretsOf } from './secrets.ts'
import { signingOf, type Signing } from './sign.ts'
import type { Source } from './source.ts'

/** A build whose inputs have all been checked. */
export interface DescribedBuild {
  readonly request: EngineRequest
  readonly naming: Naming
  readonly budget: readonly SizeLimit[]
  readonly signing: Signing | undefined
  /** References of images that the size may be compared with, the first that is there. */
  readonly baselines: readonly string[]
}

/**
 * What the inputs ask for, with what the checkout says where they say nothing. Everything that can be wrong without an engine is
 * found here, and nothing has been started then.
 * @throws KitError `build-request-invalid`, `secret-missing`, and what `namingOf` throws
 */
export const describeBuild = (given: BuildInputs, source: Source, host: ActionHost): DescribedBuild => {
  const inputs = withPush(given)
  checkHosts(inputs)
  checkHash(inputs)
  const context = contextOf(inputs, host)
  const naming = namingOf(inputs, source, context)
  const platforms = platformsOf(inputs)
  const [name = source.name] = naming.names
  const baseline = inputs['size-baseline']
  if (baseline !== undefined) parseReference(baseline)
  const attestations = attestationsOf(
    inputs,
    naming.names.map((text) => parseReference(text).registry),
    source.isPublic,
  )
  const isIndex = platforms.length > 1 || attestations.provenance !== 'off' || attestations.sbom
  const request: EngineRequest = {
    engine: inputs.engine,
    context,
    file: inputs.file,
    ...(inputs.target !== undefined && { target: inputs.target }),
    buildArguments: inputs['build-args'] ?? {},
    buildContexts: inputs['build-contexts'] ?? {},
    secrets: secretsOf(inputs, host),
    ssh: inputs.ssh ?? [],
    tags: naming.references,
    labels: naming.labels,
    annotations: annotationsOf(naming, isIndex),
    platforms,
    sourceDateEpoch: source.epoch,
    origin: {
      ...(source.revision !== undefined && { revision: source.revision }),
      ...(source.url !== undefined && { source: source.url }),
    },
    cache: cachesOf(inputs, name),
    noCache: inputs['no-cache'],
    pull: inputs.pull,
    network: inputs.network,
    hosts: inputs.hosts ?? [],
    ...attestations,
    load: inputs.load,
    ...(inputs.builder !== undefined && { builder: inputs.builder }),
    timeoutMs: inputs['build-timeout'],
    destination:
      inputs.push === 'false'
        ? { kind: 'layout', directory: resolve(host.workspace, inputs.output) }
        : { kind: 'registry', names: naming.names },
  }
  const baselines = baseline === undefined ? naming.references : [baseline]
  return { request, naming, budget: parseSizeBudget(inputs['size-budget'] ?? ''), signing: signingOf(inputs), baselines }
}

/** Tags are all that is left to do for an image that is there; one that is made of several may wait for its scan. */
const withPush = (given: BuildInputs): BuildInputs => {
  const { digest, digests, push } = given
  if (digests === undefined) return digest === undefined ? given : { ...given, push: 'true' }
  if (digest !== undefined)
    throw new KitError('build-request-invalid', '`digest` and `digests` are both given: one image, or several to be made one.')
  const wrong = digests.find((text) => !isDigest(text))
  if (wrong !== undefined) throw new KitError('build-request-invalid', `\`digests\`: \`${wrong}\` is no digest, sha256: and 64 hex digits.`)
  return { ...given, push: push === 'digest' ? 'digest' : 'true' }
}

/** A path of the checkout. What looks like an address would make the engine clone it, without the checkout and its .dockerignore. */
const contextOf = ({ context }: BuildInputs, host: ActionHost): string => {
  if (/^(?:[a-z+]+:\/\/|git@)/.test(context))
    throw new KitError(
      'build-request-invalid',
      `\`context\`: \`${context}\` is an address. Allowed: a directory of the checkout. Check the other repository out and name its directory.`,
    )
  return resolve(host.workspace, context)
}

/** The manifest is where annotations stand anyway. BuildKit finds out at the very end of a build that there is no index. */
const annotationsOf = ({ annotations }: Naming, isIndex: boolean): Readonly<Record<string, string>> => {
  const wrong = Object.keys(annotations).find((key) => /^(?:index|manifest-descriptor)\b/.test(key) && key.includes(':'))
  if (wrong !== undefined && !isIndex)
    throw new KitError(
      'build-request-invalid',
      `\`annotations\`: \`${wrong}\` is about an index, and an image for one platform without attestations has none.`,
    )
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key.replace(/^manifest:/, ''), value]))
}

const checkHash = (inputs: BuildInputs): void => {
  const hash = inputs['content-hash']
  if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash))
    throw new KitError(
      'build-request-invalid',
      `\`content-hash\`: \`${hash}\` is not 64 hexadecimal digits. Give it the output of the step that built the image.`,
    )
}

const checkHosts = ({ hosts = [] }: BuildInputs): void => {
  const wrong = hosts.find((line) => !/^[\w.-]+[:=]\S+$/.test(line))
  if (wrong !== undefined)
    throw new KitError(
      'build-request-invalid',
      `\`hosts\`: \`${wrong}\` is no host:address, such as db.test:10.0.0.7 or gateway:host-gateway.`,
    )
}

const platformsOf = ({ platforms = [], load, push }: BuildInputs): readonly string[] => {
  const named = platforms
    .flatMap((line) => line.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
  for (const text of named) parsePlatform(text)
  const twice = named.find((text, index) => named.indexOf(text) !== index)
  if (twice !== undefined) throw new KitError('build-request-invalid', `\`platforms\` names ${twice} twice.`)
  if (load && named.length > 1)
    throw new KitError(
      'build-request-invalid',
      `\`load\` takes one platform, and \`platforms\` names ${named.join(', ')}: Docker's own store holds no index.${push === 'false' ? ' Leave `load` out: the layout in `output` holds all of them.' : ''}`,
    )
  return named.length === 0 ? ['linux/amd64'] : named
}
