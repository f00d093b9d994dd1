import { code, formatDuration, inert, table } from '@deploy-kit/core'
import type { Finding } from './report/finding.ts'
import type { Scanned } from './scan.ts'
import { severities } from './severity.ts'

/** As many findings as a reader takes in; the report has them all. */
const shown = 10

/** A scan as Markdown, for the summary of a step. Every text from the report is inert. */
export const scanSummary = (scanned: Scanned): string =>
  [
    `### ${scanned.result === 'pass' ? 'Scan passed' : `Scan failed: ${scanned.failing.length} finding${scanned.failing.length === 1 ? '' : 's'}`}`,
    '',
    `${code(scanned.subject)}, Trivy ${inert(scanned.trivy.version)}, ${databaseLine(scanned)}`,
    '',
    table(
      severities.toReversed().map((severity) => severity),
      [severities.toReversed().map((severity) => String(scanned.counts[severity]))],
    ),
    ...notes(scanned).flatMap((note) => ['', note]),
    ...(scanned.failing.length === 0 ? [] : ['', findingTable(scanned.failing)]),
    '',
  ].join('\n')

/** One line for a log or a failure message: what failed, and what would help. */
export const describeFinding = (finding: Finding): string => {
  if (finding.kind === 'vulnerability') {
    const fix = finding.fixed === undefined ? 'no fix yet' : `fixed in ${finding.fixed}`
    return `${finding.severity} ${finding.id} in ${finding.package} ${finding.installed} (${fix})`
  }
  return `${finding.severity} ${finding.kind} ${finding.id} in ${finding.target}`
}

const findingTable = (failing: readonly Finding[]): string => {
  const rows = failing
    .slice(0, shown)
    .map((finding) => [
      finding.severity,
      code(finding.id),
      finding.kind === 'vulnerability' ? `${code(finding.package)} ${inert(finding.installed)}` : code(finding.target),
      finding.kind === 'vulnerability' ? inert(finding.fixed ?? 'none yet') : '',
      inert(finding.title),
    ])
  const more = failing.length > shown ? `\n\nand ${failing.length - shown} more` : ''
  return `${table(['severity', 'id', 'where', 'fixed in', 'what'], rows)}${more}`
}

const databaseLine = ({ database }: Scanned): string => {
  if (database === undefined) return 'no vulnerability database'
  const age = `database ${formatDuration(Math.max(0, database.ageMs))} old`
  return database.outdated ? `**${age}: a newer one was due**` : age
}

const notes = ({ targets, system, letThrough }: Scanned): readonly string[] => [
  ...(targets === 0 ? ['Trivy found no package list and no file that it understands: this pass says little.'] : []),
  ...(system?.endOfLife === true ? [`**${inert(system.name)} gets no more security fixes from its distribution.**`] : []),
  ...(letThrough > 0
    ? [`${letThrough} more would fail, but nobody has fixed ${letThrough === 1 ? 'it' : 'them'} yet (\`ignore-unfixed\`).`]
    : []),
]
