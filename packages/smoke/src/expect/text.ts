import type { Json } from '@deploy-kit/core'
import type { TextExpectation } from '../suite/suite.ts'

/** What does not hold of a text, each as "to contain …"; nothing when all holds. */
export const textFaults = (expected: TextExpectation, actual: string | undefined, show: (value: Json | undefined) => string): string[] => {
  const faults: string[] = []
  const wantsText = expected.exists !== false
  if (expected.exists === true && actual === undefined) faults.push('to exist')
  if (!wantsText && actual !== undefined) faults.push('not to exist')
  if (expected.is !== undefined && !isHeaderValue(expected.is, actual)) faults.push(`to be ${show(expected.is)}`)
  if (expected.equals !== undefined && actual !== expected.equals) faults.push(`to equal ${show(expected.equals)}`)
  if (expected.contains !== undefined && actual?.includes(expected.contains) !== true) faults.push(`to contain ${show(expected.contains)}`)
  if (expected.matches !== undefined && !expected.matches.test(actual ?? '')) faults.push(`to match ${String(expected.matches)}`)
  return faults
}

/** `application/json` is also said by `application/json; charset=utf-8`. */
const isHeaderValue = (wanted: string, actual: string | undefined): boolean =>
  actual === wanted || (actual !== undefined && !wanted.includes(';') && actual.split(';', 1)[0]?.trim() === wanted)
