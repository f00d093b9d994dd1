import type { Document } from 'yaml'
import type { z } from 'zod'
import { issuesOf } from './issues.ts'
import { placeOf } from './place.ts'
import { sentence } from './sentence.ts'

/** One fault of a file: where it stands, as `file:line:column`, and what is allowed there. */
export interface YamlProblem {
  readonly where: string
  readonly message: string
}

/** What a schema has against a part of a document, in the order of the text. `at` makes a place of an offset. */
export const problemsOf = (
  document: Document,
  issues: readonly z.core.$ZodIssue[],
  at: (offset: number) => string,
  below: readonly PropertyKey[] = [],
): readonly YamlProblem[] =>
  issues
    .flatMap(issuesOf)
    .map((issue) => ({ offset: placeOf(document, { ...issue, path: [...below, ...issue.path] }), message: sentence(issue) }))
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => ({ where: at(offset), message }))
