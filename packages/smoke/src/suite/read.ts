import { KitError } from '@deploy-kit/core'
import { isCollection, isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import * as z from 'zod'
import { suiteSchema } from './schema.ts'
import type { Suite } from './suite.ts'

/** One fault of a suite: where it is, as `file:line:column`, and what is allowed there. */
export interface SuiteProblem {
  readonly where: string
  readonly message: string
}

/**
 * The suite in a YAML text. `file` is only for the messages.
 * @throws KitError `smoke-suite-invalid` with the place of the first fault and a line for each of the others
 */
export const readSuite = (text: string, file: string): Suite => {
  const outcome = examine(text, file)
  if ('suite' in outcome) return outcome.suite
  const [first, ...others] = outcome.problems
  const more = others.map(({ where, message }) => `\n  ${where}  ${message}`).join('')
  throw new KitError('smoke-suite-invalid', `${first?.message ?? 'The suite cannot be read'}${more}`, {
    ...(first !== undefined && { where: first.where }),
  })
}

/** Every fault of a suite, without running anything; none when it can be run. */
export const checkSuite = (text: string, file: string): readonly SuiteProblem[] => {
  const outcome = examine(text, file)
  return 'suite' in outcome ? [] : outcome.problems
}

/** The JSON Schema of a suite file, for editors. */
export const suiteJsonSchema = (): z.core.JSONSchema.BaseSchema => z.toJSONSchema(suiteSchema, { io: 'input' })

const examine = (text: string, file: string): { suite: Suite } | { problems: readonly SuiteProblem[] } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0)
    return { problems: document.errors.map((error) => ({ where: place(error.pos[0]), message: `not YAML: ${error.message}` })) }
  const result = suiteSchema.safeParse(document.toJS())
  if (result.success) return { suite: result.data }
  const faults = result.error.issues.map((issue) => ({ offset: offsetOf(document, issue), issue })).toSorted((a, b) => a.offset - b.offset)
  return {
    problems: faults.map(({ offset, issue: { path, message } }) => ({
      where: place(offset),
      message: path.length === 0 ? message : `${path.join('.')}: ${message}`,
    })),
  }
}

/** Where the fault stands: the key that is unknown, else the value, else the nearest thing around what is missing. */
const offsetOf = (document: Document, issue: z.core.$ZodIssue): number => {
  if (issue.code === 'unrecognized_keys') {
    const holder = document.getIn(issue.path, true)
    const pair = isMap(holder) ? holder.items.find(({ key }) => isScalar(key) && issue.keys.includes(String(key.value))) : undefined
    if (pair !== undefined) return (pair.key as Node).range?.[0] ?? 0
  }
  for (let depth = issue.path.length; depth > 0; depth -= 1) {
    const node = document.getIn(issue.path.slice(0, depth), true)
    if (isScalar(node) || isCollection(node)) return node.range?.[0] ?? 0
  }
  return document.contents?.range?.[0] ?? 0
}
