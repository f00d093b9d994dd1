import type { Finding } from '../report/finding.ts'

/** One line for a log or a failure message: what failed, and what would help. */
export const describeFinding = (finding: Finding): string => {
  if (finding.kind !== 'vulnerability') return `${finding.severity} ${finding.kind} ${finding.id} in ${finding.target}`
  const fix = finding.fixed === undefined ? 'no fix yet' : `fixed in ${finding.fixed}`
  const threat = threatOf(finding)
  return `${finding.severity} ${finding.id} in ${finding.package} ${finding.installed} (${fix}${threat === '' ? '' : `; ${threat}`})`
}

/** What the feeds say: `known to be exploited, EPSS 97.1 %`; '' when they say nothing. */
export const threatOf = (finding: Finding): string =>
  finding.kind !== 'vulnerability'
    ? ''
    : [
        ...(finding.exploited === true ? ['known to be exploited'] : []),
        ...(finding.epss === undefined ? [] : [`EPSS ${(100 * finding.epss).toFixed(1)} %`]),
      ].join(', ')
