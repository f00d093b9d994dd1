import type { FindingKind } from '../report/finding.ts'

/** One thing that somebody decided not to be stopped by. */
export interface IgnoreEntry {
  readonly kinds: readonly FindingKind[]
  readonly id: string
  readonly paths: readonly string[]
  readonly purls: readonly string[]
  /** From this moment on it does not count any more; milliseconds since 1970. */
  readonly expiresAt: number | undefined
  readonly reason: string
  /** Where it is written: `.trivyignore:3`, `.trivyignore.yaml vulnerabilities[0]`. */
  readonly place: string
}

/** A day as ignore files write it, at midnight UTC, where Trivy puts it too; undefined when it is none. */
export const dayOf = (text: string): number | undefined => {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
