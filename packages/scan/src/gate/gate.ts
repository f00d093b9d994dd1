import { isUnfixed, type Finding } from '../report/finding.ts'
import { rankOf, severities, type Severity } from '../severity.ts'

export interface GateOptions {
  /** Severities that fail. An empty list lets everything through, and still counts it. */
  readonly failOn: readonly Severity[]
  /** Lets through what nobody has fixed yet. */
  readonly ignoreUnfixed: boolean
}

/** What a repository gets when it says nothing. */
export const defaultGate: GateOptions = { failOn: ['high', 'critical'], ignoreUnfixed: false }

export interface Gated {
  readonly result: 'pass' | 'fail'
  /** All findings by severity, those that pass the gate included. */
  readonly counts: Readonly<Record<Severity, number>>
  /** Findings that fail, the worst first, and those with a fix before those without. */
  readonly failing: readonly Finding[]
  /** Findings that would fail had nobody asked to let the unfixed ones through. */
  readonly letThrough: number
}

/** Judges findings. Whether there are any, and whether they fail, are two questions. */
export const gate = (findings: readonly Finding[], { failOn, ignoreUnfixed }: GateOptions): Gated => {
  const named = findings.filter((finding) => failOn.includes(finding.severity))
  const failing = ignoreUnfixed ? named.filter((finding) => !isUnfixed(finding)) : named
  return {
    result: failing.length === 0 ? 'pass' : 'fail',
    counts: countBySeverity(findings),
    failing: failing.toSorted(worstFirst),
    letThrough: named.length - failing.length,
  }
}

const countBySeverity = (findings: readonly Finding[]): Record<Severity, number> => {
  const counts = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>
  for (const { severity } of findings) counts[severity] += 1
  return counts
}

const worstFirst = (a: Finding, b: Finding): number =>
  rankOf(b.severity) - rankOf(a.severity) ||
  Number(isUnfixed(a)) - Number(isUnfixed(b)) ||
  compare(a.id, b.id) ||
  compare(a.target, b.target)

// Not localeCompare: the order must not depend on the machine's language.
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
