import type { Severity } from '../severity.ts'

interface Common {
  /** CVE-…, GHSA-…, DS-…, the rule of a secret, the name of a licence. */
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** Where: a file, or the packages of an image. */
  readonly target: string
  /** What this finding is, without versions, lines and names of images: the same after a rebuild. See key.ts. */
  readonly key: string
  readonly description?: string
  readonly link?: string
  /** First line in the target, where Trivy names one. */
  readonly line?: number
  /** The layer of the image that brought it. */
  readonly layer?: string
  /** Platforms of the image that have it, when several were scanned. */
  readonly platforms?: readonly string[]
}

/** A version of a package with a known weakness. */
export type VulnerabilityFinding = Common & {
  readonly kind: 'vulnerability'
  readonly package: string
  readonly installed: string
  /** The versions that have the fix, as Trivy writes them (`1.2.6, 0.2.4`); absent when there is none. */
  readonly fixed?: string
  /** Trivy's word for it: affected, fixed, will_not_fix, fix_deferred, end_of_life, … */
  readonly status: string
  /** `os-pkgs` or `lang-pkgs`. */
  readonly class: string
  /** Name of the package with its version as a package URL, where Trivy gives one. */
  readonly purl?: string
  /** File in the image that the package was found in. */
  readonly path?: string
  /** CVSS base score of the source that the severity is from, else the highest one. */
  readonly score?: number
  /** Further names of the same weakness. */
  readonly aliases?: readonly string[]
  /** Whether it is in the catalogue of weaknesses that are known to be exploited, when one was given. */
  readonly exploited?: true
  /** Probability that it is exploited within 30 days, 0 to 1, when an EPSS feed was given. */
  readonly epss?: number
}

/** One thing that a scan found. A finding is a result, not an error. */
export type Finding =
  | VulnerabilityFinding
  | (Common & { readonly kind: 'misconfiguration'; readonly remedy?: string })
  | (Common & { readonly kind: 'secret' })
  | (Common & { readonly kind: 'license'; readonly package: string; readonly category?: string })

export const kindsOfFinding = ['vulnerability', 'misconfiguration', 'secret', 'license'] as const
export type FindingKind = (typeof kindsOfFinding)[number]

/** These states mean that no update helps; they are what Trivy's own --ignore-unfixed leaves out. */
const unfixed = new Set(['affected', 'will_not_fix', 'fix_deferred', 'end_of_life'])

/** Whether nobody has fixed a vulnerability yet. Other findings are always the owner's to fix. */
export const isUnfixed = (finding: Finding): boolean => finding.kind === 'vulnerability' && unfixed.has(finding.status)

/** A finding that an ignore file, a policy or a VEX document took out. */
export interface Suppressed {
  readonly finding: Finding
  /** Trivy's word: ignored, not_affected, fixed, … */
  readonly status: string
  /** The reason that was written down, '' without one. */
  readonly statement: string
  /** File or repository that says so. */
  readonly source: string
}
