import { KitError } from '@deploy-kit/core'
import type { Line, SideOfLine } from './line.ts'

/** The columns of a CSV file, in this order when it has no header. */
export const columns = ['time', 'canary-requests', 'stable-requests', 'canary-failures', 'stable-failures', 'weight'] as const

/**
 * Reads a recorded series: JSON lines or CSV, told by the first character. Empty lines and lines with `#` are left out.
 * @throws KitError `series-invalid` naming file, line, field and value
 */
export const readSeries = (text: string, file: string): readonly Line[] => {
  const rows = text
    .split(/\r?\n/)
    .map((row, index) => ({ row: row.trim(), where: `${file}:${index + 1}` }))
    .filter(({ row }) => row !== '' && !row.startsWith('#'))
  const isJson = rows[0]?.row.startsWith('{') === true
  const lines = isJson ? rows.map(({ row, where }) => ({ where, line: lineOf(jsonFields(row, where), where) })) : csvLines(rows)
  if (lines.length === 0) throw new KitError('series-invalid', `${file} has no line with counts.`)
  for (const [index, { line, where }] of lines.entries()) {
    const before = lines[index - 1]?.line.at
    if (before !== undefined && line.at <= before)
      throw new KitError('series-invalid', `\`time\` is ${new Date(line.at).toISOString()}, not later than that of the line before.`, {
        where,
      })
  }
  return lines.map(({ line }) => line)
}

type Fields = Readonly<Record<string, unknown>>

interface Placed {
  readonly where: string
  readonly line: Line
}

const csvLines = (rows: readonly { readonly row: string; readonly where: string }[]): readonly Placed[] => {
  const cells = rows.map(({ row, where }) => ({ cells: row.split(/[,;\t]/).map((cell) => cell.trim()), where }))
  const first = cells[0]?.cells ?? []
  const hasHeader = first.some((cell) => cell.toLowerCase() === 'time')
  const names: readonly string[] = hasHeader ? first.map((name) => name.toLowerCase().replaceAll('_', '-')) : columns
  return (hasHeader ? cells.slice(1) : cells).map(({ cells: values, where }) => ({
    where,
    line: lineOf(Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])), where),
  }))
}

const jsonFields = (row: string, where: string): Fields => {
  try {
    return JSON.parse(row) as Fields
  } catch (error) {
    throw new KitError('series-invalid', 'This line is not JSON.', { where, cause: error })
  }
}

const lineOf = (fields: Fields, where: string): Line => {
  const weight = fields['weight'] === undefined || fields['weight'] === '' ? undefined : numberOf(fields, 'weight', where)
  if (weight !== undefined && weight > 100)
    throw new KitError('series-invalid', `\`weight\` is ${weight}; expected percent, 0 to 100.`, { where })
  const boundaries = numbersOf(fields, 'boundaries', where)
  const odd = boundaries?.find((boundary, index) => !(boundary > (boundaries[index - 1] ?? 0)))
  if (odd !== undefined)
    throw new KitError('series-invalid', `\`boundaries\` holds ${odd}; expected seconds above 0, rising, without the open end.`, { where })
  return {
    at: timeOf(fields['time'], where),
    canary: sideOf(fields, 'canary', boundaries, where),
    stable: sideOf(fields, 'stable', boundaries, where),
    ...(weight !== undefined && { weight }),
    ...(boundaries !== undefined && { boundaries }),
  }
}

const sideOf = (fields: Fields, side: 'canary' | 'stable', boundaries: readonly number[] | undefined, where: string): SideOfLine => {
  const requests = countOf(fields, `${side}-requests`, where)
  const failures = countOf(fields, `${side}-failures`, where)
  if (failures > requests)
    throw new KitError('series-invalid', `\`${side}-failures\` is ${failures}, more than the ${requests} requests of the same line.`, {
      where,
    })
  const latency = numbersOf(fields, `${side}-latency`, where)
  const buckets = (boundaries?.length ?? 0) + 1
  if (latency !== undefined && latency.length !== buckets)
    throw new KitError(
      'series-invalid',
      `\`${side}-latency\` has ${latency.length} buckets, and the boundaries make ${buckets} with the open one.`,
      { where },
    )
  return { requests, failures, ...(latency !== undefined && { latency }) }
}

/** Counts are whole: a fraction comes from a rate, which has no counts in it. */
const countOf = (fields: Fields, name: string, where: string): number => {
  const count = numberOf(fields, name, where)
  if (Number.isInteger(count)) return count
  throw new KitError('series-invalid', `\`${name}\` is ${count}; expected a whole number, the count of this interval and no rate.`, {
    where,
  })
}

const numberOf = (fields: Fields, name: string, where: string): number => {
  const value = fields[name]
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  if (number >= 0 && Number.isFinite(number)) return number
  throw new KitError('series-invalid', `\`${name}\` is ${JSON.stringify(value) ?? 'missing'}; expected a number, 0 or more.`, { where })
}

const numbersOf = (fields: Fields, name: string, where: string): readonly number[] | undefined => {
  const value = fields[name]
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((one) => typeof one === 'number' && one >= 0)) return value as number[]
  throw new KitError('series-invalid', `\`${name}\` is ${JSON.stringify(value)}; expected a list of numbers.`, { where })
}

/** Seconds or milliseconds since the epoch, or ISO 8601. Below the year 5138 in seconds is above 1973 in milliseconds. */
const timeOf = (value: unknown, where: string): number => {
  const number = typeof value === 'number' ? value : Number(value)
  const ms = Number.isFinite(number) && value !== '' ? (number < 1e11 ? number * 1_000 : number) : Date.parse(String(value))
  if (Number.isFinite(ms)) return ms
  throw new KitError(
    'series-invalid',
    `\`time\` is ${JSON.stringify(value) ?? 'missing'}; expected seconds or milliseconds since 1970, or ISO 8601.`,
    { where },
  )
}
