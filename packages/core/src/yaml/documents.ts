import { LineCounter, parseAllDocuments, type Document, type Tags } from 'yaml'
import type { z } from 'zod'
import type { ReasonCode } from '../reason-codes/index.ts'
import { placeOf } from './place.ts'
import { problemsOf } from './problems.ts'
import { faultOf } from './read-yaml.ts'

/** One document of a YAML stream that is not empty. */
export interface YamlDocument {
  readonly value: unknown
  /** Where the value at a path stands, as `file:line:column`. */
  where(path: readonly PropertyKey[]): string
  /** The value at a path by a schema. @throws KitError at the place of the first fault, with a line for each of the others */
  read<T>(schema: z.ZodType<T>, path?: readonly PropertyKey[]): T
}

/**
 * The documents of a YAML stream as the tools of Kubernetes read them: YAML 1.1, in which `0644` is octal and `yes` is true, without
 * its timestamps and its numbers to the base 60, which those tools read as text. Empty documents are left out.
 * @throws KitError with the given code for what is not YAML
 */
export const kubernetesYaml = (text: string, file: string, code: ReasonCode): readonly YamlDocument[] => {
  const lines = new LineCounter()
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: '1.1', merge: true, customTags: plainTags })
  const documents = Array.isArray(parsed) ? (parsed as Document[]) : []
  const [broken, ...more] = documents
    .flatMap(({ errors }) => errors)
    .map((error) => ({ where: at(error.pos[0]), message: `not YAML: ${error.message}` }))
  if (broken !== undefined) throw faultOf([broken, ...more], code)
  return documents.flatMap((document) => {
    const value: unknown = document.toJS()
    return value === null || value === undefined ? [] : [documentOf(document, value, at, code)]
  })
}

const documentOf = (document: Document, value: unknown, at: (offset: number) => string, code: ReasonCode): YamlDocument => {
  const where = (path: readonly PropertyKey[]): string =>
    at(placeOf(document, { code: 'custom', path: [...path], message: '', input: value }))
  return {
    value,
    where,
    read: (schema, path = []) => {
      const parsed = schema.safeParse(path.length === 0 ? value : valueAt(value, path))
      if (parsed.success) return parsed.data
      const [first, ...others] = problemsOf(document, parsed.error.issues, at, path)
      throw faultOf([first ?? { where: where(path), message: 'It does not fit its schema.' }, ...others], code)
    },
  }
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value)

const plainTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME')))
