import type { Database } from './database/provide.ts'
import type { FeedDates } from './feeds/threats.ts'
import type { Change } from './gate/advice.ts'
import type { Comparison } from './gate/compare.ts'
import type { Gated } from './gate/gate.ts'
import type { IgnoreAudit } from './ignore/ignores.ts'
import type { ScanFiles } from './outputs/formats.ts'
import type { Finding, Suppressed } from './report/finding.ts'
import type { DockerfilePlaces } from './sarif/dockerfile-place.ts'
import type { Report } from './report/report.ts'

/** Why a scan ended as it did; each has a page. */
export type ScanReason = 'ok' | 'vulnerabilities-found' | 'secrets-found' | 'misconfigurations-found' | 'licenses-found'

/** One image of a scan. */
export interface ScannedImage {
  readonly name: string
  readonly digest: string | undefined
  readonly platform: string | undefined
  readonly report: Report
  /** The JSON as Trivy wrote it; gone with the scan unless a report was asked for. */
  readonly file: string
}

/** What a scan found out. It is a result whether the gate passes or fails; errors are thrown. */
export interface Scanned extends Gated {
  readonly reasonCode: ScanReason
  /** What was scanned, for people. */
  readonly subject: string
  /** Digest of the image that was named; undefined for files. */
  readonly digest: string | undefined
  /** Digests of all images: the one that was named, and those of its platforms. */
  readonly digests: readonly string[]
  readonly platforms: readonly string[]
  /** Everything that was found, each thing once, with the platforms that have it. */
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  readonly targets: number
  readonly system: Report['system']
  readonly trivy: { readonly program: string; readonly version: string; readonly installed: boolean }
  /** Undefined when nothing was looked for that needs one. */
  readonly database: Database | undefined
  readonly feeds: FeedDates
  readonly comparison: Comparison | undefined
  readonly ignores: IgnoreAudit
  /** The changes that clear most of what fails. */
  readonly advice: readonly Change[]
  /** Where in the Dockerfile each layer comes from, when there is one. */
  readonly places: DockerfilePlaces | undefined
  readonly startedAt: number
  readonly endedAt: number
  readonly files: ScanFiles
}
