import type { OutputFormat, Scanner, Severity } from '@deploy-kit/scan'

/** The inputs of scan-trivy. Who scans within a larger step names the first ones, and may name the others. */
export interface ScanInputs extends Partial<ScanOptions> {
  readonly image: string
  readonly digest: string | undefined
  readonly 'input-kind': 'auto' | 'image' | 'layout' | 'archive' | 'filesystem' | 'configuration' | 'sbom'
  readonly trivy: string | undefined
  readonly 'fail-on': readonly (Severity | 'kev')[]
  readonly 'ignore-unfixed': boolean
  readonly timeout: number
  readonly report: string
}

interface ScanOptions {
  readonly platforms: readonly string[] | undefined
  readonly scanners: readonly Scanner[] | undefined
  readonly 'skip-dirs': readonly string[] | undefined
  readonly 'skip-files': readonly string[] | undefined
  readonly install: 'missing' | 'always' | 'never'
  readonly 'trivy-version': string | undefined
  readonly 'trivy-checksum': string | undefined
  readonly 'trivy-from': string | undefined
  readonly 'ignore-files': readonly string[] | undefined
  readonly epss: number | undefined
  readonly 'kev-feed': string | undefined
  readonly 'epss-feed': string | undefined
  readonly 'only-new': boolean
  readonly baseline: string | undefined
  readonly 'require-ignore-reasons': boolean
  readonly 'ignore-expiry-notice': number
  readonly vex: readonly string[] | undefined
  readonly policy: string | undefined
  readonly 'report-severity': readonly Severity[]
  readonly dockerfile: string | undefined
  readonly 'base-candidates': readonly string[] | undefined
  readonly 'db-mirrors': readonly string[] | undefined
  readonly 'java-db-mirrors': readonly string[] | undefined
  readonly 'db-max-age': number
  readonly offline: boolean
  readonly 'cache-directory': string | undefined
  readonly cache: boolean
  readonly formats: readonly OutputFormat[]
  readonly upload: 'auto' | 'required' | 'off'
  readonly category: string | undefined
  readonly comment: boolean
  readonly token: string | undefined
}

export type ScanOutputs =
  | 'verdict'
  | 'counts'
  | 'failing'
  | 'new-count'
  | 'fixed-count'
  | 'suppressed-count'
  | 'report'
  | 'sarif'
  | 'sbom'
  | 'markdown'
  | 'table'
  | 'predicate'
  | 'predicate-type'
  | 'trivy-version'
  | 'database-age'
  | 'database-updated-at'
  | 'database-source'
  | 'uploaded'
