import { InputRejected } from './input-rejected.ts'
import { spec, type InputOptions } from './input-spec.ts'

const linesOf = (given: string): readonly string[] =>
  given
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** One value a line; empty lines and surrounding space are dropped. */
export const lines = <const O extends InputOptions<readonly string[]>>(options: O) =>
  spec<readonly string[], O>({ kind: 'lines', allowed: 'one value a line', parse: linesOf, write: (value) => value.join('\n') }, options)

/** Some of a set, separated by commas or lines. */
export const list = <const C extends readonly [string, ...string[]], const O extends InputOptions<readonly C[number][]>>(
  choices: C,
  options: O,
) =>
  spec<readonly C[number][], O>(
    {
      kind: 'list',
      allowed: `some of ${choices.join(', ')}, separated by commas`,
      choices,
      parse: (given) => {
        const values = given.split(/[\s,]+/).filter((part) => part !== '')
        const stranger = values.find((value) => !choices.includes(value))
        if (stranger !== undefined) throw new InputRejected(`holds ${stranger}, which is not one of ${choices.join(', ')}`)
        if (new Set(values).size < values.length) throw new InputRejected('names a value twice')
        return values
      },
      write: (value) => value.join(', '),
    },
    options,
  )

/** `NAME=value` lines, such as build arguments and labels. The value may hold `=` and may be empty. */
export const assignments = <const O extends InputOptions<Readonly<Record<string, string>>>>(options: O) =>
  spec<Readonly<Record<string, string>>, O>(
    {
      kind: 'assignments',
      allowed: 'one NAME=value a line',
      parse: (given) => pairsOf(given, '=', 'NAME=value'),
      write: (value) =>
        Object.entries(value)
          .map(([name, content]) => `${name}=${content}`)
          .join('\n'),
    },
    options,
  )

/**
 * `id=value` records whose values are secrets, one a line. A value of several lines stands in double quotes, as in CSV:
 * `"key=first line` … `last line"`, with `""` for a quote. Each value is masked.
 */
export const secretAssignments = <const O extends InputOptions<Readonly<Record<string, string>>>>(options: O) =>
  spec<Readonly<Record<string, string>>, O>(
    {
      kind: 'secrets',
      allowed: 'one id=value a line; a value of several lines in double quotes',
      secretsIn: (given) => recordsIn(given).map((record) => record.slice(record.indexOf('=') + 1)),
      parse: (given) => pairsIn(recordsIn(given), '=', 'id=value'),
      write: () => '',
    },
    options,
  )

/** The records of CSV with one field each: a line, or a text in double quotes that may span several. */
const recordsIn = (given: string): readonly string[] =>
  [...given.matchAll(/[ \t]*"((?:[^"]|"")*)"[ \t]*(?:\r?\n|$)|([^\r\n]+)/g)]
    .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '')
    .filter((record) => record !== '')

const sensitive = /auth|cookie|key|password|secret|session|signature|token/i

/**
 * `Name: value` lines, the headers of requests. Values whose header name speaks of a credential are masked, and so is
 * what follows its scheme word (`Bearer …`), because servers repeat it without the scheme.
 */
export const headers = <const O extends InputOptions<Readonly<Record<string, string>>>>(options: O) =>
  spec<Readonly<Record<string, string>>, O>(
    {
      kind: 'headers',
      allowed: 'one `Name: value` a line',
      secretsIn: (given) =>
        linesOf(given)
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
          .filter(([name, value]) => sensitive.test(name) && value !== '')
          .flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')]),
      parse: (given) => {
        const pairs = pairsOf(given, ':', 'Name: value')
        const stranger = Object.keys(pairs).find((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
        if (stranger !== undefined) throw new InputRejected('holds a line whose name is no header name')
        return pairs
      },
      write: (value) =>
        Object.entries(value)
          .map(([name, content]) => `${name}: ${content}`)
          .join('\n'),
    },
    options,
  )

const pairsOf = (given: string, separator: string, shape: string): Readonly<Record<string, string>> =>
  pairsIn(linesOf(given), separator, shape)

const pairsIn = (given: readonly string[], separator: string, shape: string): Readonly<Record<string, string>> => {
  const pairs = new Map<string, string>()
  for (const [index, line] of given.entries()) {
    const at = line.indexOf(separator)
    const name = line.slice(0, Math.max(at, 0)).trim()
    if (name === '') throw new InputRejected(`has a line ${index + 1} that is not ${shape}`)
    if (pairs.has(name)) throw new InputRejected(`names ${name} twice`)
    pairs.set(name, line.slice(at + 1).trim())
  }
  return Object.fromEntries(pairs)
}
