import { code, formatDuration, inert, table } from '@deploy-kit/core'
import { describeChange } from '../gate/advice.ts'
import { countBySeverity } from '../gate/gate.ts'
import type { Finding } from '../report/finding.ts'
import type { Scanned } from '../scanned.ts'
import { severities, type Severity } from '../severity.ts'
import { threatOf } from './describe.ts'

/** As many findings as a reader takes in; the report has them all. */
const shown = 10

type Scan = Omit<Scanned, 'files'>

/** A scan as Markdown, for the summary of a step and a comment. Every text from the report is inert. */
export const scanSummary = (scanned: Scan, reportSeverity: readonly Severity[] = severities): string =>
  [
    `### ${headline(scanned)}`,
    '',
    `${code(scanned.subject)}${platforms(scanned)}, Trivy ${inert(scanned.trivy.version)}, ${databaseLine(scanned)}${feedLine(scanned)}`,
    '',
    countTable(scanned),
    ...notes(scanned).flatMap((note) => ['', note]),
    ...section('What clears most', adviceLines(scanned)),
    ...(scanned.failing.length === 0 ? [] : ['', findingTable(scanned.failing)]),
    ...folded('Other findings', otherFindings(scanned, reportSeverity)),
    ...folded('New in the database, not in the image', scanned.comparison?.newByDatabase ?? []),
    ...suppressedPart(scanned),
    '',
  ].join('\n')

const headline = ({ result, failing, comparison }: Scan): string => {
  if (result === 'pass') return 'Scan passed'
  const fresh = comparison === undefined ? '' : ` (${comparison.newByImage.length} new since ${inert(shortName(comparison.baseline))})`
  return `Scan failed: ${failing.length} finding${failing.length === 1 ? '' : 's'}${fresh}`
}

const shortName = (name: string): string => name.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/, '$1')

const platforms = ({ platforms: found }: Scan): string => (found.length === 0 ? '' : ` (${found.map(inert).join(', ')})`)

const databaseLine = ({ database }: Scan): string => {
  if (database === undefined) return 'no vulnerability database'
  const age = `database ${formatDuration(database.ageMs)} old from ${inert(database.source)}`
  return database.outdated ? `**${age}: a newer one was due**` : age
}

const feedLine = ({ feeds }: Scan): string =>
  [
    ...(feeds.exploited === undefined ? [] : [`, exploited weaknesses as of ${inert(feeds.exploited)}`]),
    ...(feeds.epss === undefined ? [] : [`, EPSS of ${inert(feeds.epss)}`]),
  ].join('')

const countTable = ({ counts, comparison, suppressed }: Scan): string => {
  const names = severities.toReversed()
  const row = (title: string, of: Readonly<Record<Severity, number>>): readonly string[] => [
    title,
    ...names.map((name) => String(of[name])),
  ]
  const rows = [row('found', counts)]
  if (comparison !== undefined)
    rows.push(
      row('new by the image', countBySeverity(comparison.newByImage)),
      row('new by the database', countBySeverity(comparison.newByDatabase)),
      row('fixed', countBySeverity(comparison.fixed)),
    )
  if (suppressed.length > 0) rows.push(row('suppressed', countBySeverity(suppressed.map(({ finding }) => finding))))
  return table(['', ...names], rows)
}

const notes = ({ targets, system, letThrough, knownBefore, failing }: Scan): readonly string[] => [
  ...(targets === 0 ? ['Trivy found no package list and no file that it understands: this pass says little.'] : []),
  ...(system?.endOfLife === true ? [`**${inert(system.name)} gets no more security fixes from its distribution.**`] : []),
  ...(letThrough > 0
    ? [`${letThrough} more would fail, but nobody has fixed ${letThrough === 1 ? 'it' : 'them'} yet (\`ignore-unfixed\`).`]
    : []),
  ...(knownBefore > 0 ? [`${knownBefore} more would fail, but ${knownBefore === 1 ? 'is' : 'are'} not new (\`only-new\`).`] : []),
  ...(failing.length > shown ? [`The ${shown} worst are shown; the report has all ${failing.length}.`] : []),
]

const adviceLines = ({ advice }: Scan): readonly string[] => advice.slice(0, 3).map((change) => `- ${inert(describeChange(change))}`)

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `**${title}**`, '', ...lines]

const findingTable = (findings: readonly Finding[]): string => {
  const threats = findings.some((finding) => threatOf(finding) !== '')
  const head = ['severity', 'id', 'where', 'fixed in', 'what', ...(threats ? ['threat'] : [])]
  const rows = findings.slice(0, shown).map((finding) => cellsOf(finding).concat(threats ? [inert(threatOf(finding))] : []))
  const more = findings.length > shown ? `\n\nand ${findings.length - shown} more` : ''
  return `${table(head, rows)}${more}`
}

const cellsOf = (finding: Finding): readonly string[] => [
  finding.severity,
  code(finding.id),
  finding.kind === 'vulnerability' ? `${code(finding.package)} ${inert(finding.installed)}` : code(finding.target),
  finding.kind === 'vulnerability' ? inert(finding.fixed ?? 'none yet') : '',
  inert(finding.title),
]

const otherFindings = ({ findings, failing }: Scan, reportSeverity: readonly Severity[]): readonly Finding[] => {
  const fails = new Set(failing.map(({ key }) => key))
  return findings.filter(({ key, severity }) => !fails.has(key) && reportSeverity.includes(severity))
}

const folded = (title: string, findings: readonly Finding[]): readonly string[] =>
  findings.length === 0
    ? []
    : ['', '<details>', `<summary>${title}: ${findings.length}</summary>`, '', findingTable(findings), '', '</details>']

const suppressedPart = ({ suppressed, ignores }: Scan): readonly string[] => {
  const lines = [
    ...suppressed
      .slice(0, shown)
      .map(
        ({ finding, statement, source }) =>
          `- ${code(finding.id)} ${inert(statement === '' ? 'no reason given' : statement)} (${inert(source)})`,
      ),
    ...(suppressed.length > shown ? [`- and ${suppressed.length - shown} more`] : []),
    ...ignores.expired.map(({ id, expiresAt, place }) => `- **expired** ${day(expiresAt)}: ${code(id)} (${inert(place)})`),
    ...ignores.expiring.map(({ id, expiresAt, place }) => `- expires ${day(expiresAt)}: ${code(id)} (${inert(place)})`),
    ...ignores.unused.map(({ id, place }) => `- ignores nothing: ${code(id)} (${inert(place)})`),
  ]
  return lines.length === 0 ? [] : ['', '<details>', `<summary>Suppressed: ${suppressed.length}</summary>`, '', ...lines, '', '</details>']
}

const day = (time: number | undefined): string => (time === undefined ? '' : new Date(time).toISOString().slice(0, 10))
