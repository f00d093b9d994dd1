import { invalid, type Place } from './place.ts'

/** One instruction's text, its continuation lines joined and its comments gone. */
export interface LogicalLine {
  readonly text: string
  readonly place: Place
}

export interface DockerfileText {
  readonly lines: readonly LogicalLine[]
  /** What escapes a line end and a character: a backslash, or a backtick by `# escape=` (a backtick serves Windows paths). */
  readonly escape: string
}

const directive = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/
const comment = /^\s*#/

/**
 * Splits a Dockerfile as BuildKit's parser does (frontend/dockerfile/parser/parser.go): parser directives stand before
 * everything else; comments and empty lines inside a continuation are dropped.
 * There is a parser on npm (dockerfile-ast), but it is made for editors: it knows neither build arguments nor how
 * Docker strips quotes, and is 21 kB compressed.
 * @throws KitError `dockerfile-invalid`
 */
export const logicalLines = (source: string, file: string): DockerfileText => {
  const physical = source.replace(/^\uFEFF/, '').split(/\r?\n/)
  const { escape, count } = readDirectives(physical, file)
  const continued = escape === '`' ? /(?<!`)`[ \t]*$/ : /(?<!\\)\\[ \t]*$/
  const lines: LogicalLine[] = []
  let open: { text: string; place: Place } | undefined
  let hereDocument: RegExp | undefined
  for (const [index, line] of physical.entries()) {
    // The body of a here-document is no instruction; who gave it is refused by its own line.
    if (hereDocument !== undefined) {
      if (hereDocument.test(line)) hereDocument = undefined
      continue
    }
    if (index < count || comment.test(line) || line.trim() === '') continue
    const indent = open === undefined ? line.length - line.trimStart().length : 0
    open ??= { text: '', place: { file, line: index + 1, column: indent + 1 } }
    const ends = !continued.test(line)
    open.text += ends ? line.slice(indent) : line.slice(indent).replace(continued, '')
    if (!ends) continue
    hereDocument = endOfHereDocument(open.text)
    lines.push({ text: open.text.trim(), place: open.place })
    open = undefined
  }
  if (open !== undefined) lines.push({ text: open.text.trim(), place: open.place })
  return { lines: lines.filter(({ text }) => text !== ''), escape }
}

const endOfHereDocument = (text: string): RegExp | undefined => {
  const [, dash, , name] = /^(?:RUN|COPY|ADD)\s.*?<<(-?)(['"]?)([A-Za-z_]\w*)\2/i.exec(text) ?? []
  return name === undefined ? undefined : new RegExp(dash === '-' ? `^\\t*${name}$` : `^${name}$`)
}

/** Directives end with the first line that is none; `syntax` other than Docker's own means another language. */
const readDirectives = (physical: readonly string[], file: string): { escape: string; count: number } => {
  let escape = '\\'
  let count = 0
  for (const line of physical) {
    const [, name = '', value = ''] = directive.exec(line) ?? []
    if (!['syntax', 'escape', 'check'].includes(name.toLowerCase())) break
    const place = { file, line: count + 1, column: 1 }
    if (name.toLowerCase() === 'escape') {
      if (value !== '\\' && value !== '`')
        throw invalid(place, `The escape character is \`${value}\`; a backslash or a backtick is allowed.`)
      escape = value
    }
    count += 1
  }
  return { escape, count }
}
