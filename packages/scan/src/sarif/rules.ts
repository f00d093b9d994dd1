import { groupBy, inert, table } from '@deploy-kit/core'
import type { Finding } from '../report/finding.ts'
import { worstFirst } from '../gate/gate.ts'
import { levelOf, securitySeverity } from './level.ts'

export interface Rule {
  readonly id: string
  readonly name: string
  readonly shortDescription: { readonly text: string }
  readonly fullDescription: { readonly text: string }
  readonly help: { readonly text: string; readonly markdown: string }
  readonly helpUri?: string
  readonly defaultConfiguration: { readonly level: string }
  readonly properties: Readonly<Record<string, unknown>>
}

/** A rule for each id. Its help has a row for every package that is concerned: Trivy's own names only the last one. */
export const rulesFor = (findings: readonly Finding[]): ReadonlyMap<string, Rule> =>
  new Map([...groupBy(findings, ({ id }) => id)].map(([id, group]) => [id, ruleOf(id, group.toSorted(worstFirst))]))

const names: Readonly<Record<Finding['kind'], string>> = {
  vulnerability: 'VulnerablePackage',
  misconfiguration: 'Misconfiguration',
  secret: 'Secret',
  license: 'License',
}

/** GitHub cuts help texts; a screenful serves. */
const rowsShown = 50

const ruleOf = (id: string, group: readonly Finding[]): Rule => {
  const [worst] = group as readonly [Finding, ...Finding[]]
  const title = worst.title === '' ? id : worst.title
  const rows = group.slice(0, rowsShown)
  return {
    id,
    name: names[worst.kind],
    shortDescription: { text: title.slice(0, 1_024) },
    fullDescription: { text: (worst.description ?? title).slice(0, 1_024) },
    help: {
      text: [title, ...rows.map((finding) => cellsOf(finding).join(', ')), worst.link ?? ''].join('\n').trim(),
      markdown: [
        `**${inert(id)}** ${inert(title)}`,
        '',
        table(
          headOf(worst),
          rows.map((finding) => cellsOf(finding).map(inert)),
        ),
        ...(group.length > rowsShown ? ['', `and ${group.length - rowsShown} more`] : []),
        ...(worst.link === undefined ? [] : ['', `[${inert(id)}](${encodeURI(worst.link)})`]),
      ].join('\n'),
    },
    ...(worst.link !== undefined && { helpUri: worst.link }),
    defaultConfiguration: { level: levelOf(worst.severity) },
    properties: { tags: ['security', worst.kind, worst.severity], precision: 'very-high', 'security-severity': securitySeverity(worst) },
  }
}

const headOf = (finding: Finding): readonly string[] =>
  finding.kind === 'vulnerability' ? ['package', 'installed', 'fixed in', 'where'] : ['where', 'what helps']

const cellsOf = (finding: Finding): readonly string[] =>
  finding.kind === 'vulnerability'
    ? [finding.package, finding.installed, finding.fixed ?? `none (${finding.status})`, finding.path ?? finding.target]
    : [finding.target, finding.kind === 'misconfiguration' ? (finding.remedy ?? '') : '']
