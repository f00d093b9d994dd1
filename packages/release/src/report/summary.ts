import { code, fenced, formatDuration, inert, table, type RunIdentity } from '@deploy-kit/core'
import { describePlan, shortDigest, type Release } from '@deploy-kit/rollout'
import type { DeployReport } from '../deploy/report.ts'
import { changesSection } from './changes.ts'
import { endingOf } from './ending.ts'
import { eventLine } from './event-line.ts'
import { timeline } from './timeline.ts'

/** The summary of a deployment for a release manager: what, where, from which digest to which, evidence, how to go back. */
export const deploymentSummary = (report: DeployReport, run: RunIdentity): string => {
  const ending = endingOf(report)
  const sections = [
    `## ${ending.ok ? '✅' : '❌'} ${inert(report.app)} in ${inert(report.environment)}: ${ending.outcome}`,
    reasonOf(ending.reason),
    facts(report, run),
    report.plan === undefined
      ? ''
      : `### Plan\n\n${describePlan(report.plan)
          .map((line) => `1. ${inert(line)}`)
          .join('\n')}`,
    changesSection(report.changes),
    gantt(report),
    evidence(report),
    wayBack(report),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** Lines after the first are the last ones of a log. */
const reasonOf = (reason: string): string => {
  const [first = '', ...lines] = reason.split('\n')
  return lines.length === 0 ? inert(first) : `${inert(first)}\n\n${fenced('text', lines.map((line) => line.trimStart()).join('\n'))}`
}

const facts = (report: DeployReport, run: RunIdentity): string =>
  table(
    ['', ''],
    [
      ['from', report.replaced === undefined ? 'nothing: first release' : named(report.replaced)],
      ['to', named(report.release)],
      ['took', formatDuration(report.endedAt - report.startedAt)],
      ['asked by', run.actor === undefined ? inert(run.id) : inert(run.actor)],
      ['reason code', endingOf(report).reasonCode],
    ],
  )

const named = (release: Release): string =>
  `${release.version === undefined ? '' : `${inert(release.version)} `}${code(release.digest === '' ? release.image : release.digest)}`

/** Mermaid's gantt is drawn by GitHub; a section for each direction, times in seconds since the start. */
const gantt = (report: DeployReport): string => {
  const stretches = timeline(report)
  if (stretches.length < 2) return ''
  const bars = stretches.map(
    ({ label, from, to, back }) => `  ${label.replaceAll(/[:;,#]/g, ' ')} :${back ? 'crit, ' : ''}${clock(from)}, ${clock(to)}`,
  )
  return [
    '### Timeline',
    '',
    '```mermaid',
    'gantt',
    '  dateFormat HH:mm:ss.SSS',
    '  axisFormat %H:%M:%S',
    '  section weight',
    ...bars,
    '```',
  ].join('\n')
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 23)

/** The last word of the judge at each step. */
const evidence = ({ events, startedAt }: DeployReport): string => {
  const last = new Map<string, string[]>()
  for (const logged of events) {
    if (logged.event.type !== 'verdict') continue
    const step = `${logged.weight} %${logged.phase === 'watching' ? ' (watch)' : ''}`
    last.set(step, [formatDuration(logged.at - startedAt), step, inert(eventLine(logged) ?? '')])
  }
  return last.size === 0 ? '' : `### Evidence\n\n${table(['after', 'weight', 'verdict'], [...last.values()])}`
}

const wayBack = ({ end, replaced, app, environment }: DeployReport): string => {
  // What has no digest cannot be named as a target.
  if (end.phase !== 'promoted' || replaced === undefined || replaced.digest === '') return ''
  return [
    '### How to go back',
    '',
    'Run the rollback workflow, or the action with',
    '',
    '```yaml',
    'mode: execute',
    `app: ${app}`,
    `environment: ${environment}`,
    `target: ${replaced.digest}`,
    'reason: why',
    '```',
    '',
    `That returns to ${code(shortDigest(replaced.digest))}, the release that this one replaced.`,
  ].join('\n')
}
