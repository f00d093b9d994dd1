import { table } from '@deploy-kit/core'
import type { Row } from './run.ts'

const seconds = (value: number): string => (Number.isNaN(value) ? '-' : `${value.toFixed(1)} s`)

const left = ({ state, specUnchanged, outcome }: Row): string => {
  const rest = [
    state.canary !== null && 'canary',
    state.weight !== 0 && `weight ${state.weight}`,
    state.lease !== 'free' && 'lease',
  ].filter(Boolean)
  if (outcome !== 'promoted' && !specUnchanged) rest.push('another spec')
  return rest.length === 0 ? 'nothing' : rest.join(', ')
}

/** The columns that the peers were measured by. */
export const markdown = (rows: readonly Row[]): string =>
  table(
    ['scenario', 'best peer, measured', 'bar', 'outcome', 'took', 'exposed', 'failed', 'lost', 'users hit', 'left behind', ''],
    rows.map((row) => [
      row.name,
      row.peer,
      row.bar,
      row.reasonCode === '' || row.reasonCode === 'ok' ? row.outcome : `${row.outcome}, ${row.reasonCode}`,
      Number.isNaN(row.homeAfterMarkS) ? seconds(row.tookS) : `${seconds(row.tookS)}, home ${seconds(row.homeAfterMarkS)}`,
      seconds(row.exposedS),
      String(row.failed),
      `${row.lost} of ${row.sent}`,
      `${(100 * row.usersHit).toFixed(1)} %`,
      left(row),
      row.isWithinBar ? 'yes' : 'NO',
    ]),
  )
