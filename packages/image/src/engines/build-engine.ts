import type { Logger } from '@deploy-kit/core'

/** What is to be built. Engines take it as it is; paths are the machine's own. */
export interface BuildRequest {
  /** Directory that COPY reads from. */
  readonly context: string
  /** Path of the Dockerfile, relative to the context. Default `Dockerfile`. */
  readonly file?: string
  /** Stage to stop at, by name or number. Default: the last one. */
  readonly target?: string
  readonly buildArguments?: Readonly<Record<string, string>>
  /** References with a tag that the image gets, such as `ghcr.io/acme/shop:v1`. */
  readonly tags: readonly string[]
  /** Labels over those of the Dockerfile. */
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** `os/architecture[/variant]`. Default linux/amd64, whatever machine builds, so that the digest does not depend on it. */
  readonly platform?: string
  /** Every timestamp in the image: seconds since 1970, normally the time of the commit (reproducible-builds.org, SOURCE_DATE_EPOCH). */
  readonly sourceDateEpoch: number
  /** What the image was built from; they become the standard org.opencontainers.image labels and annotations. */
  readonly origin?: { readonly revision?: string; readonly source?: string; readonly version?: string }
  /** Directory that receives the image as an OCI layout. An existing layout keeps its other images. */
  readonly output: string
}

export interface BuiltLayer {
  readonly digest: string
  readonly size: number
  /** The instruction that made the layer. */
  readonly createdBy: string
}

export interface BuiltImage {
  /** Digest of the manifest: the identity of the image. */
  readonly digest: string
  /** The directory of the OCI layout that holds the image. */
  readonly image: string
  readonly tags: readonly string[]
  readonly platform: string
  /** Configuration and layers, as they are stored. */
  readonly sizeBytes: number
  readonly layers: readonly BuiltLayer[]
}

/** What a build would do, found out without writing anything. */
export interface BuildPlan {
  readonly platform: string
  readonly tags: readonly string[]
  /** `scratch`, or digest and place of the image that the target stage starts from. */
  readonly base: string
  /** The instructions of the target stage, one line each. */
  readonly instructions: readonly string[]
  /** The files that COPY adds, and their bytes. */
  readonly files: number
  readonly bytes: number
}

export interface BuildPorts {
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Something that builds images. Everything wrong with a request is found by `plan`, and by `build` before anything is written. */
export interface BuildEngine {
  /** @throws KitError `dockerfile-missing`, `dockerfile-invalid`, `dockerfile-unsupported`, `copy-source-missing`, `build-request-invalid` */
  plan(request: BuildRequest, ports: BuildPorts): Promise<BuildPlan>
  /** The same request gives the same digest, on every machine. */
  build(request: BuildRequest, ports: BuildPorts): Promise<BuiltImage>
}
