import { isUnfixed, type Finding } from '../report/finding.ts'
import { rankOf, severities, type Severity } from '../severity.ts'

/** What of a finding fails. */
export interface GateOptions {
  /** Severities that fail. An empty list lets everything through, and still counts it. */
  readonly failOn: readonly Severity[]
  /** Fails on weaknesses that are known to be exploited, whatever their severity and whether or not there is a fix. */
  readonly failOnExploited?: boolean
  /** Fails on weaknesses whose EPSS probability is at least this, 0 to 1. */
  readonly failOnEpss?: number
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
  /** Findings that would fail had the image not had them before. */
  readonly knownBefore: number
}

/**
 * Judges findings. Whether there are any, and whether they fail, are two questions. With `isNew`, only findings fail that
 * it says are new.
 */
export const gate = (findings: readonly Finding[], options: GateOptions, isNew: (finding: Finding) => boolean = () => true): Gated => {
  const named = findings.filter((finding) => isNamed(finding, options))
  const fixable = options.ignoreUnfixed ? named.filter((finding) => !isUnfixed(finding) || isThreat(finding, options)) : named
  const failing = fixable.filter(isNew)
  return {
    result: failing.length === 0 ? 'pass' : 'fail',
    counts: countBySeverity(findings),
    failing: failing.toSorted(worstFirst),
    letThrough: named.length - fixable.length,
    knownBefore: fixable.length - failing.length,
  }
}

const isNamed = (finding: Finding, options: GateOptions): boolean => options.failOn.includes(finding.severity) || isThreat(finding, options)

const isThreat = (finding: Finding, { failOnExploited = false, failOnEpss }: GateOptions): boolean =>
  finding.kind === 'vulnerability' &&
  ((failOnExploited && finding.exploited === true) || (failOnEpss !== undefined && (finding.epss ?? 0) >= failOnEpss))

export const countBySeverity = (findings: readonly Finding[]): Record<Severity, number> => {
  const counts = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>
  for (const { severity } of findings) counts[severity] += 1
  return counts
}

/** Exploited ones first, then by severity, then those that can be fixed; the rest is there so that the order is always the same. */
export const worstFirst = (a: Finding, b: Finding): number =>
  Number(isExploited(b)) - Number(isExploited(a)) ||
  rankOf(b.severity) - rankOf(a.severity) ||
  Number(isUnfixed(a)) - Number(isUnfixed(b)) ||
  compare(a.id, b.id) ||
  compare(a.key, b.key)

const isExploited = (finding: Finding): boolean => finding.kind === 'vulnerability' && finding.exploited === true

// Not localeCompare: the order must not depend on the machine's language.
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
