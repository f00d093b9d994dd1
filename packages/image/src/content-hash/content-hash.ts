import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { canonicalJson } from '../layout/canonical-json.ts'
import type { Registry } from '../registry/registry.ts'
import { externalInputs } from './external-inputs.ts'
import { hashContext, hashTree } from './hash-tree.ts'
import { resolveImage } from './resolve-image.ts'

/** Everything that an image is made of. */
export interface ContentRequest {
  readonly context: string
  /** Path of the Dockerfile, relative to the context. Default `Dockerfile`. */
  readonly file?: string
  readonly target?: string
  readonly platforms: readonly string[]
  readonly buildArguments?: Readonly<Record<string, string>>
  /** Directories, relative to the working directory, and `docker-image://` or `oci-layout://` names. */
  readonly buildContexts?: Readonly<Record<string, string>>
  /**
   * Labels and annotations that the user gave. Not the standard ones: those of time and commit differ each time, and say of an image that is
   * not built again, rightly, when it was.
   */
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Names of secrets and SSH agents; their values are not looked at. */
  readonly secrets?: readonly string[]
  readonly ssh?: readonly string[]
  /** Whatever else changes the image: engine, attestations, network, hosts. */
  readonly options?: Readonly<Record<string, string | number | boolean | readonly string[]>>
  /** Directory that receives the image; what is in it is no source. */
  readonly output?: string
}

export type ContentHash =
  | {
      readonly kind: 'known'
      /** SHA-256, 64 hex digits. */
      readonly hash: string
      /** A hash of each part, so that one can say what changed. */
      readonly parts: Readonly<Record<'dockerfile' | 'context' | 'images' | 'arguments' | 'options', string>>
      /** The images it starts from, as they are at this moment. */
      readonly images: Readonly<Record<string, string>>
      readonly files: number
      readonly bytes: number
      readonly notices: readonly string[]
    }
  /** Whether the image would be the same cannot be told: build it. */
  | { readonly kind: 'unknown'; readonly why: string }

/** Changed when the way of hashing changes, so that old images are not taken for new ones. */
const version = 1

/**
 * A hash of what an image is made of. Two builds of one hash would give the same image, as far as their commands do the same twice: what RUN fetches
 * from the network is not known before it is run.
 * @throws KitError `dockerfile-missing`
 */
export const contentHash = async (request: ContentRequest, registry: Registry): Promise<ContentHash> => {
  const context = resolve(request.context)
  const file = request.file ?? 'Dockerfile'
  const dockerfile = resolve(context, file)
  const source = await readFile(dockerfile, 'utf8').catch((error: unknown) => {
    throw new KitError('dockerfile-missing', `\`${dockerfile}\` could not be read.`, { cause: error })
  })
  const { buildArguments = {}, buildContexts = {}, platforms } = request
  const inputs = externalInputs({ source, file, buildArguments, platforms, defined: Object.keys(buildContexts) })
  if (inputs.kind === 'unknown') return inputs
  const fetched = Object.entries(buildContexts).find(([, place]) => /^(?:https?|git|ssh|target):|^git@/.test(place))
  if (fetched !== undefined) return { kind: 'unknown', why: `The build context \`${fetched[0]}\` is fetched from \`${fetched[1]}\`.` }

  const named = Object.values(buildContexts).filter(isImage)
  const resolved = await resolveAll([...inputs.images, ...named.map((place) => place.replace(/^docker-image:\/\//, ''))], context, registry)
  if (resolved.kind === 'unknown') return resolved
  const { images } = resolved
  const tree = await hashContext(context, dockerfile, request.output === undefined ? undefined : resolve(request.output))
  const parts = {
    dockerfile: sha256(source),
    context: sha256(canonicalJson({ context: tree.hash, others: await hashDirectories(buildContexts) })),
    images: sha256(canonicalJson(images)),
    arguments: sha256(canonicalJson(buildArguments)),
    options: sha256(canonicalJson(optionsOf(request))),
  }
  const notices = tree.holdsGit ? ['`.git` is part of the context, so every commit is a change. Add a line `.git` to .dockerignore.'] : []
  return { kind: 'known', hash: sha256(canonicalJson({ version, ...parts })), parts, images, files: tree.files, bytes: tree.bytes, notices }
}

const isImage = (place: string): boolean => /^(?:docker-image|oci-layout):\/\//.test(place)

type Resolved = { readonly kind: 'known'; readonly images: Readonly<Record<string, string>> } | Extract<ContentHash, { kind: 'unknown' }>

/** What the images are at this moment. Neither a registry that does not answer nor a name that only the engine knows is a reason not to build. */
const resolveAll = async (names: readonly string[], context: string, registry: Registry): Promise<Resolved> => {
  try {
    const pairs = [...new Set(names)].toSorted().map(async (name) => [name, await resolveImage(name, context, registry)] as const)
    return { kind: 'known', images: Object.fromEntries(await Promise.all(pairs)) }
  } catch (error) {
    if (error instanceof KitError && /^(?:registry|image)-/.test(error.code)) return { kind: 'unknown', why: error.message }
    throw error
  }
}

const hashDirectories = async (buildContexts: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> => {
  const directories = Object.entries(buildContexts).filter(([, place]) => !isImage(place))
  return Object.fromEntries(
    await Promise.all(directories.map(async ([name, place]) => [name, (await hashTree(resolve(place))).hash] as const)),
  )
}

const optionsOf = ({ target, platforms, labels, annotations, secrets, ssh, options, file, buildContexts }: ContentRequest) => ({
  target,
  platforms: [...platforms].toSorted(),
  labels,
  annotations,
  secrets: secrets?.toSorted(),
  ssh: ssh?.toSorted(),
  options,
  file,
  contexts: Object.keys(buildContexts ?? {}).toSorted(),
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
