import type { Severity } from '../severity.ts'

interface Common {
  /** CVE-…, GHSA-…, DS-…, the rule of a secret, the name of a licence. */
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** Where: a file, or the packages of an image. */
  readonly target: string
  readonly link?: string
}

/** One thing that a scan found. A finding is a result, not an error. */
export type Finding =
  | (Common & {
      readonly kind: 'vulnerability'
      readonly package: string
      readonly installed: string
      /** The version that has the fix; absent when there is none. */
      readonly fixed?: string
      /** Trivy's word for it: affected, fixed, will_not_fix, fix_deferred, end_of_life, … */
      readonly status: string
    })
  | (Common & { readonly kind: 'misconfiguration' })
  | (Common & { readonly kind: 'secret' })
  | (Common & { readonly kind: 'license'; readonly package: string })

/** These states mean that no update helps; they are what Trivy's own --ignore-unfixed leaves out. */
const unfixed = new Set(['affected', 'will_not_fix', 'fix_deferred', 'end_of_life'])

/** Whether nobody has fixed a vulnerability yet. Other findings are always the owner's to fix. */
export const isUnfixed = (finding: Finding): boolean => finding.kind === 'vulnerability' && unfixed.has(finding.status)
