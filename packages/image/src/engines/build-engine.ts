import type { Clock, Logger, Random } from '@deploy-kit/core'
import type { Registry } from '../registry/registry.ts'

/** A secret that RUN may mount. Its value never stands in an argument vector, nor in the image. */
export interface BuildSecret {
  readonly id: string
  readonly from: { readonly kind: 'value'; readonly value: string } | { readonly kind: 'file'; readonly path: string }
}

/** Where the image goes. */
export type Destination =
  /** A directory with an OCI layout. One that is there keeps its other images. */
  | { readonly kind: 'layout'; readonly directory: string }
  /** Repositories, by digest alone: tags are moved later, when the image has been found good. */
  | { readonly kind: 'registry'; readonly names: readonly string[] }

/** What is to be built. Engines take it as it is; paths are the machine's own. */
export interface BuildRequest {
  /** Directory that COPY reads from. */
  readonly context: string
  /** Path of the Dockerfile, relative to the context. Default `Dockerfile`. */
  readonly file?: string
  /** Stage to stop at, by name or number. Default: the last one. */
  readonly target?: string
  readonly buildArguments?: Readonly<Record<string, string>>
  /** Further directories, images or layouts that COPY --from can name (`docker buildx build --build-context`). */
  readonly buildContexts?: Readonly<Record<string, string>>
  readonly secrets?: readonly BuildSecret[]
  /** Agents or keys for RUN --mount=type=ssh, such as `default`. */
  readonly ssh?: readonly string[]
  /** References with a tag that the image gets in a layout or in Docker, such as `ghcr.io/acme/shop:v1`. */
  readonly tags: readonly string[]
  /** Labels over those of the Dockerfile. */
  readonly labels?: Readonly<Record<string, string>>
  /** Of the manifest; with a level of BuildKit's in front (`index:name`) of what that says. */
  readonly annotations?: Readonly<Record<string, string>>
  /** `os/architecture[/variant]` each. Default linux/amd64, whatever machine builds, so that the digest does not depend on it. */
  readonly platforms?: readonly string[]
  /** Every timestamp in the image: seconds since 1970, normally the time of the commit (reproducible-builds.org, SOURCE_DATE_EPOCH). */
  readonly sourceDateEpoch: number
  /** What the image was built from; they become the standard org.opencontainers.image labels and annotations. */
  readonly origin?: { readonly revision?: string; readonly source?: string; readonly version?: string }
  /** Caches in BuildKit's words, such as `type=gha,mode=max`. */
  readonly cache?: { readonly from: readonly string[]; readonly to: readonly string[] }
  readonly noCache?: boolean
  /** Whether base images are looked up anew. */
  readonly pull?: boolean
  readonly network?: 'default' | 'none' | 'host'
  /** `host:address` lines for /etc/hosts of RUN. */
  readonly hosts?: readonly string[]
  /** BuildKit's own attestations. They hold the time of the build, so the digest differs each time. */
  readonly provenance?: 'off' | 'min' | 'max'
  readonly sbom?: boolean
  /** Whether Docker gets the image as well, under its tags. */
  readonly load?: boolean
  readonly destination: Destination
  /** Builder of buildx: a name, or the address of a BuildKit. Default: the one in use. */
  readonly builder?: string
  /** Time after which the engine is killed, in milliseconds. Default one hour. */
  readonly timeoutMs?: number
}

export interface BuiltLayer {
  readonly digest: string
  readonly size: number
  /** The instruction that made the layer. */
  readonly createdBy: string
}

/** The image of one platform. */
export interface BuiltPlatform {
  readonly platform: string
  /** Digest of its manifest. */
  readonly digest: string
  /** Configuration and layers, as they are stored. */
  readonly sizeBytes: number
  readonly layers: readonly BuiltLayer[]
}

export interface BuiltImage {
  /** Digest of the manifest, or of the index of several: the identity of the image. */
  readonly digest: string
  /** The directory of the OCI layout, or `name@digest`. */
  readonly image: string
  readonly tags: readonly string[]
  readonly platforms: readonly BuiltPlatform[]
  /** All platforms together; a layer that several share counts once. */
  readonly sizeBytes: number
  /** How many of the build's own steps there were, and how many came from the cache. */
  readonly steps?: { readonly all: number; readonly cached: number }
  /** What the engine wrote about the build, as it wrote it (`--metadata-file`). */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What a build would do, found out without writing anything. */
export interface BuildPlan {
  readonly platforms: readonly string[]
  readonly tags: readonly string[]
  /** The processes that would be started, secrets left out. Empty for an engine that needs none. */
  readonly commands: readonly (readonly string[])[]
  /** What an engine knows that reads the Dockerfile itself. */
  readonly contents?: {
    /** `scratch`, or digest and place of the image that the target stage starts from. */
    readonly base: string
    /** The instructions of the target stage, one line each. */
    readonly instructions: readonly string[]
    /** The files that COPY adds, and their bytes. */
    readonly files: number
    readonly bytes: number
  }
}

export interface BuildPorts {
  readonly log: Logger
  readonly signal: AbortSignal
  /** The environment of the engine's processes. Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv
  /** The registry that the image goes to. Needed for a destination of that kind. */
  readonly registry?: Registry
  /** A directory for files of this build. Default: the system's. */
  readonly temporaryDirectory?: string
  /** Whether processes may be started to find out what is here. Default true; a dry run looks at files only. */
  readonly mayAsk?: boolean
  readonly clock?: Clock
  readonly random?: Random
}

/** What an engine may lack. */
export type Feature =
  | 'instructions'
  | 'layout-base'
  | 'multi-platform'
  | 'build-contexts'
  | 'secrets'
  | 'ssh'
  | 'cache'
  | 'annotations'
  | 'annotation-levels'
  | 'provenance'
  | 'sbom'
  | 'load'
  | 'network'
  | 'direct-push'
  | 'timestamps'

/** Whether an engine is here, and what it lacks: for each feature the reason, as a clause that follows its name. */
export type Presence =
  | { readonly present: false; readonly why: string }
  | { readonly present: true; readonly version: string; readonly lacks: Readonly<Partial<Record<Feature, string>>> }

/** Something that builds images. Everything wrong with a request is found by `plan`, and by `build` before anything is written. */
export interface BuildEngine {
  /** Asks the machine, and changes nothing. */
  presence(request: BuildRequest, ports: BuildPorts): Promise<Presence>
  /** @throws KitError `dockerfile-missing`, `dockerfile-invalid`, `dockerfile-unsupported`, `copy-source-missing`, `build-request-invalid` */
  plan(request: BuildRequest, ports: BuildPorts): Promise<BuildPlan>
  /** The same request gives the same digest, on every machine, unless the engine lacks `timestamps` or attestations are asked for. */
  build(request: BuildRequest, ports: BuildPorts): Promise<BuiltImage>
}
