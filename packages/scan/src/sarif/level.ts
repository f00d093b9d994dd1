import type { Finding } from '../report/finding.ts'
import type { Severity } from '../severity.ts'

/** SARIF's levels; GitHub shows error, warning and note. */
export const levelOf = (severity: Severity): 'error' | 'warning' | 'note' =>
  severity === 'critical' || severity === 'high' ? 'error' : severity === 'medium' ? 'warning' : 'note'

/** Bounds of GitHub's words: above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low. */
const bounds: Readonly<Record<Severity, readonly [number, number]>> = {
  critical: [9.1, 10],
  high: [7, 8.9],
  medium: [4, 6.9],
  low: [0.1, 3.9],
  unknown: [0, 0],
}

/**
 * The number by which GitHub sorts and blocks: the CVSS score, moved into the range of the severity that the finding has
 * here. A distribution may call low what others call critical, and then it is low.
 */
export const securitySeverity = (finding: Finding): string => {
  const [least, most] = bounds[finding.severity]
  const score = finding.kind === 'vulnerability' ? finding.score : undefined
  return Math.min(most, Math.max(least, score ?? (least + most) / 2)).toFixed(1)
}
