import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { problemsOf, type YamlProblem } from './problems.ts'

export type CheckedYaml<T> = { readonly value: T } | { readonly problems: readonly [YamlProblem, ...YamlProblem[]] }

/** The value of a YAML text by a schema, or every fault with its place. `file` is only for the messages. */
export const checkYaml = <T>(text: string, file: string, schema: z.ZodType<T>): CheckedYaml<T> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const [broken, ...more] = document.errors.map((error) => ({ where: at(error.pos[0]), message: `not YAML: ${error.message}` }))
  if (broken !== undefined) return { problems: [broken, ...more] }
  const parsed = schema.safeParse(document.toJS())
  if (parsed.success) return { value: parsed.data }
  const [first, ...others] = problemsOf(document, parsed.error.issues, at)
  return { problems: [first ?? { where: file, message: 'The file does not fit its schema.' }, ...others] }
}
