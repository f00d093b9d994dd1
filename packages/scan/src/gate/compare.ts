import type { Finding } from '../report/finding.ts'
import { packageKey } from '../report/key.ts'
import type { Report } from '../report/report.ts'

/** What a scan is compared with. */
export type Baseline =
  /** Scanned again in this run: both sides know from the same database. */
  | { readonly kind: 'same-database'; readonly name: string; readonly reports: readonly Report[] }
  /** A report from then, which knew from the database of then. */
  | { readonly kind: 'earlier-report'; readonly name: string; readonly reports: readonly Report[] }

/** What changed since a baseline. */
export interface Comparison {
  readonly baseline: string
  readonly kind: Baseline['kind']
  /** What this image brings: it fails. */
  readonly newByImage: readonly Finding[]
  /** What the image had before, and only the database of today knows: it is reported. */
  readonly newByDatabase: readonly Finding[]
  /** What the image had before, and was known. */
  readonly known: readonly Finding[]
  /** What the baseline has and this image has no more. */
  readonly fixed: readonly Finding[]
}

/**
 * Compares by what a finding is, see key.ts. Under the same database everything that the baseline lacks is new by the image.
 * An earlier report may lack it only because its database did: then the package tells, which the report lists with its
 * version whether it was known to be weak or not. Findings without a package are never new by the database.
 */
export const compare = (findings: readonly Finding[], baseline: Baseline): Comparison => {
  const before = new Set(baseline.reports.flatMap((report) => report.findings.map(({ key }) => key)))
  const now = new Set(findings.map(({ key }) => key))
  const unknown = findings.filter(({ key }) => !before.has(key))
  const hadPackage = (finding: Finding): boolean =>
    baseline.kind === 'earlier-report' &&
    finding.kind === 'vulnerability' &&
    baseline.reports.some(({ packages }) => packages.has(packageKey(finding.purl ?? '', finding.package, finding.installed)))
  const fixed = new Map(
    baseline.reports.flatMap((report) => report.findings.filter(({ key }) => !now.has(key)).map((finding) => [finding.key, finding])),
  )
  return {
    baseline: baseline.name,
    kind: baseline.kind,
    newByImage: unknown.filter((finding) => !hadPackage(finding)),
    newByDatabase: unknown.filter(hadPackage),
    known: findings.filter(({ key }) => before.has(key)),
    fixed: [...fixed.values()],
  }
}
