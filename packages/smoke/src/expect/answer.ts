import type { Json } from '@deploy-kit/core'
import type { Answer } from '../run/exchange.ts'
import type { Expectations } from '../suite/suite.ts'
import { jsonFaults } from './json.ts'
import { show } from './show.ts'
import { textFaults } from './text.ts'

/** What an answer lacks, one sentence each, with what was expected and what came; nothing when it is good. */
export const answerFaults = (expected: Expectations, answer: Answer, redact: (text: string) => string): string[] => {
  const shown = (value: Json | undefined): string => show(value, redact)
  const faults: string[] = []
  if (!isStatusGood(expected.status, answer.status))
    faults.push(`expected status ${expected.status?.join(' or ') ?? '2xx'}, got ${answer.status} with body ${shown(answer.body)}`)
  for (const [name, text] of Object.entries(expected.headers)) {
    const actual = answer.headers[name]
    const lacks = textFaults(text, actual, shown)
    if (lacks.length > 0) faults.push(`expected header ${name} ${lacks.join(' and ')}, got ${shown(actual)}`)
  }
  const lacks = expected.body === undefined ? [] : textFaults(expected.body, answer.body, shown)
  if (lacks.length > 0) faults.push(`expected the body ${lacks.join(' and ')}, got ${shown(answer.body)}`)
  if (expected.json.length > 0) {
    const document = parsed(answer.body)
    if (document === undefined) faults.push(`expected the body to be JSON, got ${shown(answer.body)}`)
    else for (const one of expected.json) faults.push(...jsonFaults(one, document, shown))
  }
  if (expected.maxLatencyMs !== undefined && answer.latencyMs > expected.maxLatencyMs)
    faults.push(`expected an answer within ${expected.maxLatencyMs} ms, got it after ${Math.round(answer.latencyMs)} ms`)
  return faults
}

const isStatusGood = (allowed: readonly number[] | undefined, status: number): boolean =>
  allowed === undefined ? status >= 200 && status < 300 : allowed.includes(status)

/** Undefined when the text is no JSON, which itself has no undefined. */
export const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
