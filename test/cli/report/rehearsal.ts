import { readFileSync } from 'node:fs'
import type { RehearsalResult, RehearsedRelease } from '../../../packages/cli/src/rehearse/result.ts'

export type Release = RehearsedRelease

/** What a real rehearsal printed (`npm start -- --json`), each time afresh. */
export const rehearsal = (): RehearsalResult => JSON.parse(readFileSync('test/fixtures/rehearsal.json', 'utf8')) as RehearsalResult

/** The same with every text replaced that is free text; digests, times and names of choices stay. */
export const withTexts = (replace: (text: string) => string): RehearsalResult => {
  const free = new Set(['version', 'title', 'reason', 'reasonCode', 'outcome', 'text', 'verdict', 'report'])
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return free.has(key) || key === 'plan' ? replace(value) : value
    if (Array.isArray(value)) return value.map((item) => walk(item, key))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name)]))
  }
  return walk(rehearsal(), '') as RehearsalResult
}
