import type { Json } from '@deploy-kit/core'
import type { Answer } from '../run/exchange.ts'
import type { VersionQuestion } from '../suite/suite.ts'
import { parsed } from './answer.ts'
import { show } from './show.ts'

/** The version under test; an answer that gives either of them comes from it. */
export interface ExpectedVersion {
  readonly version?: string
  readonly digest?: string
}

/** What is wrong with the version that an answer names; undefined when it is the one under test. */
export const versionFault = (
  question: VersionQuestion,
  expected: ExpectedVersion,
  answer: Answer,
  redact: (text: string) => string,
): string | undefined => {
  const wanted = [expected.version, expected.digest].filter((text) => text !== undefined)
  const seen = question.kind === 'header' ? answer.headers[question.header] : first(question.query.find(parsed(answer.body) ?? null))
  if (typeof seen === 'string' && wanted.includes(seen)) return undefined
  const place = question.kind === 'header' ? `header ${question.header}` : question.query.path
  return `expected version ${wanted.join(' or ')} in ${place}, got ${show(seen, redact)}: another version answered`
}

const first = (values: readonly Json[]): Json | undefined => values[0]
