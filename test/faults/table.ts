import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Cell } from './cell.ts'
import { faults, type Fault } from './faults.ts'
import { moments } from './moments.ts'

/** The matrix as a Markdown table: milliseconds until the traffic is home, until nothing is left behind, and requests lost. */
export const matrixTable = (cells: ReadonlyMap<string, Cell>): string => {
  const rows = triedIn(cells).map((fault) =>
    [fault.name].concat(moments.map(({ name }) => shown(cells.get(keyOf(fault.name, name)), fault.skips?.[name]))),
  )
  const head = ['home / clean ms / lost', ...moments.map(({ name }) => name)]
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)))
  const line = (row: readonly string[]): string => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** A run of a part of the matrix shows that part. */
const triedIn = (cells: ReadonlyMap<string, Cell>): readonly Fault[] =>
  faults.filter((fault) => moments.some((moment) => cells.has(keyOf(fault.name, moment.name))))

export const keyOf = (fault: string, moment: string): string => `${fault} @ ${moment}`

const shown = (cell: Cell | undefined, skipped: string | undefined): string => {
  if (skipped !== undefined) return 'not tried'
  if (cell === undefined) return '-'
  const without = cell.lostWithoutEdge > 0 ? ` (${cell.lostWithoutEdge} without an edge)` : ''
  return `${cell.homeMs} / ${cell.cleanMs} / ${cell.lost}${without}`
}

/** Writes the matrix where it can be looked at later. */
export const writeMatrix = (cells: ReadonlyMap<string, Cell>): string => {
  const sent = [...cells.values()].reduce((sum, cell) => sum + cell.sent, 0)
  const gap = Math.max(0, ...[...cells.values()].map(({ longestGapMs }) => longestGapMs))
  const skipped = triedIn(cells).flatMap((fault) =>
    Object.entries(fault.skips ?? {}).map(([moment, why]) => `- ${keyOf(fault.name, moment)}: ${why}.`),
  )
  const text = [
    '# Fault matrix',
    '',
    `${new Date().toISOString()}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}. ${sent} requests sent; the longest time between two answers was ${gap} ms.`,
    '',
    matrixTable(cells),
    '',
    ...skipped,
    '',
  ].join('\n')
  mkdirSync('out', { recursive: true })
  writeFileSync('out/fault-matrix.md', text)
  return text
}
