import { fault } from './fault.ts'

/** One line of `tags`, `flavor` or `images`: `key=value` fields, and fields that are a bare value. */
export interface Fields {
  readonly line: string
  /** Keys in lower case, in the order they were written. */
  readonly attributes: ReadonlyMap<string, string>
  /** Fields without a key. */
  readonly bare: readonly string[]
}

/**
 * Takes a line apart as one record of CSV (RFC 4180), as metadata-action does: fields are separated by commas, and a field
 * that holds a comma stands in double quotes, `type=match,"pattern=^v(\d{1,2})",group=1`. The value may hold `=`.
 * @throws KitError `tag-rule-invalid`
 */
export const fieldsOf = (line: string): Fields => {
  const attributes = new Map<string, string>()
  const bare: string[] = []
  for (const field of splitRecord(line)) {
    // A bare `{{date 'YYYY' tz='UTC'}}` holds `=` as well, and is no key.
    const key = /^\s*([A-Za-z][\w-]*)\s*=/.exec(field)
    if (key?.[1] === undefined) bare.push(field.trim())
    else if (attributes.has(key[1].toLowerCase())) throw fault(line, `\`${key[1]}\` is given twice.`)
    else attributes.set(key[1].toLowerCase(), field.slice(key[0].length).trim())
  }
  return { line, attributes, bare }
}

/** Lines as people write them in an input: empty ones and comments dropped. */
export const meaningful = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))

/** Of `true` and `false`, nothing else: `True` would be false without a word elsewhere. */
export const booleanOf = (line: string, key: string, value: string): boolean => {
  if (value !== 'true' && value !== 'false') throw fault(line, `\`${key}\` is \`${value}\`; it must be true or false.`)
  return value === 'true'
}

const splitRecord = (line: string): readonly string[] => {
  const fields: string[] = []
  let rest = line
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/.exec(rest)
    const field = quoted?.[1]?.replaceAll('""', '"') ?? /^[^,]*/.exec(rest)?.[0] ?? ''
    if (quoted === null && field.trimStart().startsWith('"')) throw fault(line, 'a double quote is opened and not closed before a comma.')
    fields.push(field)
    rest = rest.slice((quoted?.[0] ?? field).length)
    if (rest === '') return fields
    rest = rest.slice(1)
  }
}
