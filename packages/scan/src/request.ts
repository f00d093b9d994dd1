import type { Clock } from '@deploy-kit/core'
import type { DatabaseOptions, DatabaseStore } from './database/provide.ts'
import type { Feeds } from './feeds/threats.ts'
import type { GateOptions } from './gate/gate.ts'
import type { ArchiveStore, InstallOptions } from './install/install-trivy.ts'
import type { OutputFormat } from './outputs/formats.ts'
import type { Severity } from './severity.ts'
import type { Scanner, Subject } from './subject.ts'
import type { PlatformsOf } from './trivy/targets.ts'

/** What is scanned, how, and what of it fails. */
export interface ScanRequest extends GateOptions {
  readonly subject: Subject
  /** Platforms of the image. Default: all that there are. */
  readonly platforms?: readonly string[]
  /** Default: what is usual for the kind of subject. */
  readonly scanners?: readonly Scanner[]
  /** What is not looked at, as paths or globs. */
  readonly skip?: { readonly directories: readonly string[]; readonly files: readonly string[] }
  /** Stable name of what is scanned, for code scanning and people: no tag, no digest, no directory of this machine. Default: from the subject. */
  readonly name?: string
  /** The trivy program. Default: the first on PATH. */
  readonly trivy?: string
  /** Installs a Trivy where there is none, or always. Default: never. */
  readonly install?: Omit<InstallOptions, 'unpackInto' | 'offline'> & { readonly when: 'missing' | 'always' }
  /** Where Trivy keeps its databases between scans. */
  readonly cacheDirectory: string
  readonly database?: Partial<Pick<DatabaseOptions, 'maxAgeMs' | 'mirrorTimeoutMs'>> & {
    readonly mirrors?: readonly string[]
    readonly javaMirrors?: readonly string[]
  }
  /** Uses the database that is in the cache and asks no server for anything but the image. */
  readonly offline?: boolean
  /** After so many milliseconds one run of Trivy is killed. */
  readonly timeoutMs: number
  readonly ignores?: {
    readonly files: readonly string[]
    /** Directory that the names of the files start from. */
    readonly workspace: string
    readonly requireReasons: boolean
    /** How long before its day an ignored id is announced to expire. */
    readonly warnDays: number
  }
  readonly vex?: readonly string[]
  /** A Rego policy that ignores findings. */
  readonly policy?: string
  readonly feeds?: Feeds
  /** What this is compared with: scanned again under the same database, or a report from then. */
  readonly baseline?: { readonly subject: Subject; readonly name?: string } | { readonly report: string }
  /** Only what the baseline does not have fails. Without a baseline everything is new. */
  readonly onlyNew?: boolean
  /** Base images that could be taken instead of the one that is; scanned to see what they would clear. */
  readonly baseCandidates?: readonly Subject[]
  /** Dockerfile of the image: where findings are shown. `name` is how the repository calls it. */
  readonly dockerfile?: { readonly path: string; readonly name: string }
  /** Severities that reports show. All are counted, and what fails is always shown. */
  readonly reportSeverity?: readonly Severity[]
  /** Where Trivy's JSON report goes; other formats stand beside it. Default: nowhere, it is read and removed. */
  readonly report?: string
  readonly formats?: readonly OutputFormat[]
}

export interface ScanPorts {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The environment of this process: PATH, proxies and registry credentials are read from it. */
  readonly environment: NodeJS.ProcessEnv
  /** A directory for the files of this run. */
  readonly temporaryDirectory: string
  readonly databases?: DatabaseStore
  readonly archives?: ArchiveStore
  readonly platformsOf?: PlatformsOf
  /** Hears each line that Trivy prints. */
  readonly onLine?: (line: string) => void
  readonly warn?: (message: string) => void
}
