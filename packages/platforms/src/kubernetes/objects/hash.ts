import { createHash } from 'node:crypto'

/** JSON with sorted keys, and without what is absent, null or empty: what the server sends back of an object has the same text. */
export const canonical = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'null'

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, sorted(inner)])
    .filter(([, inner]) => inner !== undefined && inner !== null && !isEmpty(inner))
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** Ten digits tell the contents of one object apart over its life. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10)
