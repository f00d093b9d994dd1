import { asSeverity } from '../severity.ts'
import type { Finding, VulnerabilityFinding } from './finding.ts'
import { licenseKey, misconfigurationKey, secretKey, vulnerabilityKey } from './key.ts'
import type { License, Misconfiguration, Secret, Vulnerability } from './schema.ts'

/** What a result of a report says about all of its findings. */
export interface ResultHead {
  readonly target: string
  readonly class: string
  readonly type: string
}

export const vulnerabilityOf = (found: Vulnerability, head: ResultHead, line: number | undefined): VulnerabilityFinding => {
  const purl = found.PkgIdentifier?.PURL ?? ''
  const score = scoreOf(found)
  return {
    kind: 'vulnerability',
    id: found.VulnerabilityID,
    severity: asSeverity(found.Severity),
    title: found.Title,
    target: head.target,
    key: vulnerabilityKey({ ...head, id: found.VulnerabilityID, purl, package: found.PkgName, path: found.PkgPath }),
    package: found.PkgName,
    installed: found.InstalledVersion,
    ...(found.FixedVersion !== '' && { fixed: found.FixedVersion }),
    status: found.Status ?? (found.FixedVersion === '' ? 'affected' : 'fixed'),
    class: head.class,
    ...(purl !== '' && { purl }),
    ...(found.PkgPath !== '' && { path: found.PkgPath }),
    ...(score !== undefined && { score }),
    ...(found.VendorIDs !== undefined && { aliases: found.VendorIDs }),
    ...described(found.Description),
    ...linked(found.PrimaryURL),
    ...(line !== undefined && { line }),
    ...layered(found.Layer),
  }
}

/** Undefined for checks that passed, which are listed when Trivy was asked for them. */
export const misconfigurationOf = (found: Misconfiguration, { target, type }: ResultHead): Finding | undefined => {
  if (found.Status !== 'FAIL') return undefined
  const cause = found.CauseMetadata
  return {
    kind: 'misconfiguration',
    id: found.ID,
    severity: asSeverity(found.Severity),
    title: found.Title,
    target,
    key: misconfigurationKey(type, found.ID, target, cause?.Resource ?? ''),
    ...described([found.Message, found.Description].filter((part) => part !== '').join('\n')),
    ...(found.Resolution !== '' && { remedy: found.Resolution }),
    ...linked(found.PrimaryURL),
    ...lined(cause?.StartLine),
    ...layered(found.Layer),
  }
}

/** The secret itself is not taken over, nor the line that it stands in. */
export const secretOf = (found: Secret, { target }: ResultHead): Finding => ({
  kind: 'secret',
  id: found.RuleID,
  severity: asSeverity(found.Severity),
  title: found.Title,
  target: found.StartLine === undefined ? target : `${target}:${found.StartLine}`,
  key: secretKey(found.RuleID, target),
  ...lined(found.StartLine),
  ...layered(found.Layer),
})

export const licenseOf = (found: License, head: ResultHead): Finding => {
  const target = found.FilePath === '' ? head.target : found.FilePath
  return {
    kind: 'license',
    id: found.Name,
    severity: asSeverity(found.Severity),
    title: `Licence ${found.Name}`,
    target,
    key: licenseKey(found.Name, found.PkgName, found.FilePath),
    package: found.PkgName,
    ...(found.Category !== '' && { category: found.Category }),
    ...linked(found.Link),
  }
}

/** The score of the source that the severity is from; where that one has none, the highest of the others. */
const scoreOf = ({ CVSS = {}, SeveritySource }: Vulnerability): number | undefined => {
  const of = (source: (typeof CVSS)[string] | undefined): number | undefined => source?.V40Score ?? source?.V3Score ?? source?.V2Score
  const own = of(CVSS[SeveritySource])
  if (own !== undefined) return own
  const others = Object.values(CVSS).flatMap((source) => of(source) ?? [])
  return others.length === 0 ? undefined : Math.max(...others)
}

/** Long texts are for the report: help texts and summaries take the beginning. */
const longestDescription = 2_000

const described = (text: string): { description?: string } => (text === '' ? {} : { description: text.slice(0, longestDescription) })
const linked = (link: string | undefined): { link?: string } => (link === undefined || link === '' ? {} : { link })
const lined = (line: number | undefined): { line?: number } => (line === undefined || line === 0 ? {} : { line })
const layered = (layer: { readonly DiffID: string } | undefined): { layer?: string } =>
  layer === undefined || layer.DiffID === '' ? {} : { layer: layer.DiffID }
