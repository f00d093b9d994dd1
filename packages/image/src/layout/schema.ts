import type { Platform } from './platform.ts'

/** What the OCI image specification says of the files that deploy-kit reads. Fields that it does not use are kept as they are. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ImageIndex {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly manifests: readonly Descriptor[]
}

export interface ImageManifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** How a container of the image is started. The keys are the specification's. */
export interface RunConfiguration {
  readonly User?: string
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly WorkingDir?: string
  readonly ExposedPorts?: Readonly<Record<string, object>>
  readonly Labels?: Readonly<Record<string, string>>
  readonly StopSignal?: string
}

export interface HistoryEntry {
  readonly created?: string
  readonly created_by?: string
  readonly empty_layer?: boolean
}

export interface ImageConfiguration extends Platform {
  readonly created?: string
  readonly config?: RunConfiguration
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] }
  readonly history?: readonly HistoryEntry[]
}
