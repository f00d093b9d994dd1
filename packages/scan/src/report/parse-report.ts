import { KitError } from '@deploy-kit/core'
import { asSeverity } from '../severity.ts'
import type { Finding } from './finding.ts'
import { trivyReport, type TrivyReport } from './schema.ts'

/** What one run of Trivy says. */
export interface Report {
  readonly findings: readonly Finding[]
  /** Files and package lists that were looked at. None means that Trivy found nothing that it understands. */
  readonly targets: number
  /** The operating system of an image, and whether its distribution has stopped to publish fixes. */
  readonly system: { readonly name: string; readonly endOfLife: boolean } | undefined
}

/**
 * Reads Trivy's JSON report. The values of secrets are never taken over.
 * @throws KitError `trivy-report-invalid`
 */
export const parseReport = (json: string): Report => {
  const report = check(json)
  const system = report.Metadata?.OS
  return {
    findings: report.Results.flatMap(findingsOf),
    targets: report.Results.length,
    system: system === undefined ? undefined : { name: `${system.Family} ${system.Name}`.trim(), endOfLife: system.EOSL },
  }
}

const check = (json: string): TrivyReport => {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new KitError('trivy-report-invalid', 'The report of Trivy is not JSON.', { cause: error })
  }
  const checked = trivyReport.safeParse(value)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw new KitError(
    'trivy-report-invalid',
    `The report of Trivy has an unknown format at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}.`,
  )
}

const findingsOf = (result: TrivyReport['Results'][number]): Finding[] => [
  ...result.Vulnerabilities.map((found): Finding => ({
    kind: 'vulnerability',
    id: found.VulnerabilityID,
    severity: asSeverity(found.Severity),
    title: found.Title,
    target: result.Target,
    package: found.PkgName,
    installed: found.InstalledVersion,
    ...(found.FixedVersion === '' ? {} : { fixed: found.FixedVersion }),
    status: found.Status ?? (found.FixedVersion === '' ? 'affected' : 'fixed'),
    ...linked(found.PrimaryURL),
  })),
  ...result.Misconfigurations.flatMap((found) => misconfigurationsOf(found, result.Target)),
  ...result.Secrets.map((found): Finding => ({
    kind: 'secret',
    id: found.RuleID,
    severity: asSeverity(found.Severity),
    title: found.Title,
    target: found.StartLine === undefined ? result.Target : `${result.Target}:${found.StartLine}`,
  })),
  ...result.Licenses.map((found): Finding => ({
    kind: 'license',
    id: found.Name,
    severity: asSeverity(found.Severity),
    title: `Licence ${found.Name}`,
    target: found.FilePath === '' ? result.Target : found.FilePath,
    package: found.PkgName,
    ...linked(found.Link),
  })),
]

/** The list may hold checks that passed, when Trivy was asked for them. */
const misconfigurationsOf = (found: TrivyReport['Results'][number]['Misconfigurations'][number], target: string): Finding[] => {
  if (found.Status !== 'FAIL') return []
  const { ID: id, Title: title } = found
  return [{ kind: 'misconfiguration', id, severity: asSeverity(found.Severity), title, target, ...linked(found.PrimaryURL) }]
}

const linked = (link: string | undefined): { link?: string } => (link === undefined || link === '' ? {} : { link })
