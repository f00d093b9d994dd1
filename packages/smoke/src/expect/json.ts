import { isDeepStrictEqual } from 'node:util'
import type { Json } from '@deploy-kit/core'
import type { JsonExpectation } from '../suite/suite.ts'

/** What does not hold of the values that a JSONPath finds; nothing when all holds. A predicate needs at least one value, and holds for every one. */
export const jsonFaults = (expected: JsonExpectation, document: Json, show: (value: Json | undefined) => string): string[] => {
  const found = expected.query.find(document)
  const { path } = expected.query
  if (expected.exists === false) return found.length === 0 ? [] : [`expected ${path} not to exist, got ${show(found[0])}`]
  if (expected.count !== undefined && found.length !== expected.count)
    return [`expected ${path} to find ${expected.count} values, got ${found.length}`]
  if (found.length === 0) return expected.count === 0 ? [] : [`expected ${path} to exist, got nothing there in ${show(document)}`]
  for (const value of found) {
    const faults = faultsOf(expected, value, show)
    if (faults.length > 0) return [`expected ${path} ${faults.join(' and ')}, got ${show(value)}`]
  }
  return []
}

const faultsOf = (expected: JsonExpectation, value: Json, show: (value: Json | undefined) => string): string[] => {
  const faults: string[] = []
  if (expected.equals !== undefined && !isDeepStrictEqual(value, expected.equals)) faults.push(`to equal ${show(expected.equals)}`)
  if (expected.above !== undefined && !(typeof value === 'number' && value > expected.above)) faults.push(`to be above ${expected.above}`)
  if (expected.below !== undefined && !(typeof value === 'number' && value < expected.below)) faults.push(`to be below ${expected.below}`)
  if (expected.contains !== undefined && !holds(value, expected.contains)) faults.push(`to contain ${show(expected.contains)}`)
  if (expected.matches !== undefined && !(typeof value === 'string' && expected.matches.test(value)))
    faults.push(`to match ${String(expected.matches)}`)
  return faults
}

const holds = (value: Json, wanted: Json): boolean =>
  typeof value === 'string'
    ? typeof wanted === 'string' && value.includes(wanted)
    : Array.isArray(value) && (value as readonly Json[]).some((item) => isDeepStrictEqual(item, wanted))
