import type { EngineName } from '@deploy-kit/image'
import type { LoginInputs } from '../registry/logins.ts'

type Pairs = Readonly<Record<string, string>> | undefined
type Lines = readonly string[] | undefined

/** What is built, from what and by what: the inputs that every action with a build has. */
export interface BuildInputs extends LoginInputs {
  readonly images: Lines
  readonly context: string
  readonly file: string
  readonly target: string | undefined
  readonly platforms: Lines
  readonly 'build-args': Pairs
  readonly 'build-contexts': Pairs
  readonly secrets: Pairs
  readonly 'secret-envs': Pairs
  readonly 'secret-files': Pairs
  readonly ssh: Lines
  readonly engine: EngineName | 'auto'
  readonly builder: string | undefined
  readonly 'build-cache': Lines
  readonly 'cache-from': Lines
  readonly 'cache-to': Lines
  readonly 'cache-errors': 'ignore' | 'fail'
  readonly 'no-cache': boolean
  readonly pull: boolean
  readonly network: 'default' | 'none' | 'host'
  readonly hosts: Lines
  readonly tags: Lines
  readonly flavor: Lines
  readonly labels: Pairs
  readonly annotations: Pairs
  readonly push: 'false' | 'digest' | 'true'
  readonly 'skip-unchanged': boolean
  readonly 'content-hash': string | undefined
  readonly sign: 'false' | 'keyless' | 'key'
  readonly 'sign-key': string | undefined
  readonly 'sign-options': Lines
  readonly 'size-baseline': string | undefined
  readonly 'size-budget': string | undefined
  readonly digest: string | undefined
  readonly digests: Lines
  readonly load: boolean
  readonly provenance: 'false' | 'auto' | 'min' | 'max'
  readonly sbom: 'false' | 'auto' | 'true'
  readonly output: string
  readonly 'source-date-epoch': number | undefined
  readonly 'build-timeout': number
  readonly 'dry-run': boolean
}

export type BuildOutputs =
  | 'digest'
  | 'image'
  | 'name'
  | 'tag'
  | 'tags'
  | 'version'
  | 'platforms'
  | 'size-bytes'
  | 'skipped'
  | 'content-hash'
  | 'metadata'
