import { formatDuration, inert, table } from '@deploy-kit/core'
import type { SmokeReport } from './report.ts'

/** The report as Markdown. Names and answers come from outside and are made inert. */
export const smokeSummary = (report: SmokeReport): string => {
  const good = report.checks.filter(({ passed }) => passed).length
  const flaky = report.flaky === 0 ? '' : `, ${report.flaky} only after a retry`
  const rows = report.checks.map((check) => [
    check.passed ? (check.flaky ? '⚠️ flaky' : '✅ passed') : '❌ failed',
    inert(check.name),
    String(check.attempts),
    check.latencyMs === undefined ? '–' : formatDuration(check.latencyMs),
    (check.failure ?? '').split('\n').map(inert).join('<br>'),
  ])
  return [
    `**Smoke suite ${inert(report.suite)}: ${good} of ${report.checks.length} checks passed**${flaky}, in ${formatDuration(report.durationMs)}.`,
    '',
    table(['', 'Check', 'Requests', 'Slowest', 'What was wrong'], rows),
  ].join('\n')
}
