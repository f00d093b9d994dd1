import { formatDuration } from '@deploy-kit/core'
import type { RehearsalResult, RehearsedRelease } from './result.ts'

/** How a release ended, in a line. */
export const endLine = (release: RehearsedRelease): string => {
  const took = formatDuration(release.toMs - release.fromMs)
  if (release.homeAfterKillMs !== undefined) {
    return `traffic home ${formatDuration(release.homeAfterKillMs)} after the kill (${formatDuration(release.homeAfterReconcileMs ?? 0)} after reconcile began)`
  }
  if (release.detectedAfterMs !== undefined) {
    return `found ${formatDuration(release.detectedAfterMs)} after its first request; ${release.exposed.failed} requests failed; back on stable`
  }
  return `${release.outcome} after ${took}`
}

/** The numbers of the whole, at its end. */
export const closingLines = (result: RehearsalResult): readonly string[] => {
  const { traffic } = result
  const rows = result.releases.map((release) => [
    release.ok ? 'as it should' : 'NOT AS IT SHOULD',
    release.version,
    release.title,
    endLine(release),
  ])
  const last = result.releases.find((release) => release.name === 'bad')?.looks.at(-1)
  return [
    '',
    ...columns(rows),
    '',
    `requests   ${traffic.sent} sent at ${traffic.perSecond} a second, ${traffic.lost} lost, ${traffic.failed} failed by the bad version, longest gap ${formatDuration(traffic.longestGapMs)}`,
    ...(last === undefined ? [] : [`evidence   ${last.text}`]),
    `forecast   ${forecastLine(result)}`,
    `scan       ${result.scan.status === 'not-run' ? `not run. ${result.scan.text}` : `${result.scan.status}. ${result.scan.text}`}`,
    `took       ${formatDuration(result.durationMs)}`,
    `report     ${result.report}`,
  ]
}

const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** The forecast against what happened, for the good release. */
const forecastLine = ({ releases }: RehearsalResult): string =>
  (releases.find(({ name }) => name === 'good')?.steps ?? [])
    .map(
      ({ weight, saidMs, tookMs }) =>
        `${weight} % ${saidMs === null ? 'nothing said' : `about ${formatDuration(saidMs)} said`}, ${formatDuration(tookMs)} taken`,
    )
    .join('; ')
