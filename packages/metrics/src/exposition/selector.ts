import { KitError, messageOf } from '@deploy-kit/core'
import { Cursor } from './cursor.ts'
import type { Sample } from './sample.ts'

export type Matcher = (labels: Readonly<Record<string, string>>) => boolean

/** Which series: a name and what its labels must be. */
export interface Selector {
  readonly name: string
  readonly matches: Matcher
}

const name = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const label = /[a-zA-Z_][a-zA-Z0-9_]*/y
const operator = /=~|!~|!=|=/y

/**
 * A series selector in PromQL's notation: `http_requests_total{app="shop", code=~"5.."}`. A regular expression matches the
 * whole value; an absent label is an empty one.
 *
 * @throws KitError `input-invalid` saying what was expected where
 */
export const parseSelector = (text: string): Selector =>
  parsed(text, (cursor) => {
    const metric = cursor.match(name, 'a metric name')
    cursor.skipBlanks()
    return { name: metric, matches: cursor.takes('{') ? matchers(cursor, '}') : () => true }
  })

/** Matchers alone, with or without braces: `code=~"5.."`. @throws KitError `input-invalid` */
export const parseMatchers = (text: string): Matcher =>
  parsed(text, (cursor) => (cursor.takes('{') ? matchers(cursor, '}') : matchers(cursor, undefined)))

/** The samples of an exposition that a selector chooses. */
export const select = (samples: readonly Sample[], selector: Selector): Sample[] =>
  samples.filter((sample) => sample.name === selector.name && selector.matches(sample.labels))

const parsed = <T>(text: string, read: (cursor: Cursor) => T): T => {
  const cursor = new Cursor(text.trim())
  try {
    const result = read(cursor)
    cursor.skipBlanks()
    if (!cursor.done) throw cursor.fault('expected nothing more')
    return result
  } catch (error) {
    throw new KitError('input-invalid', `The selector \`${text}\` cannot be read: ${messageOf(error)}.`, {
      remedy: 'Write it as in PromQL: `name{label="value", label=~"regular expression"}`; the operators are =, !=, =~ and !~.',
      cause: error,
    })
  }
}

const matchers = (cursor: Cursor, close: string | undefined): Matcher => {
  const all: Matcher[] = []
  for (;;) {
    cursor.skipBlanks()
    if (close === undefined ? cursor.done : cursor.takes(close)) return (labels) => all.every((matches) => matches(labels))
    const key = cursor.match(label, 'a label name')
    cursor.skipBlanks()
    const sign = cursor.match(operator, 'one of =, !=, =~, !~')
    cursor.skipBlanks()
    all.push(matcher(key, sign, cursor.quoted()))
    cursor.skipBlanks()
    if (!cursor.takes(',') && !(close === undefined ? cursor.done : cursor.text.startsWith(close, cursor.at)))
      throw cursor.fault(`expected \`,\` or ${close === undefined ? 'the end' : `\`${close}\``}`)
  }
}

const matcher = (key: string, sign: string, wanted: string): Matcher => {
  const test = sign.endsWith('~') ? wholeMatch(wanted) : (value: string) => value === wanted
  const wantsMatch = !sign.startsWith('!')
  return (labels) => test(Object.hasOwn(labels, key) ? (labels[key] ?? '') : '') === wantsMatch
}

const wholeMatch = (source: string): ((value: string) => boolean) => {
  const pattern = new RegExp(`^(?:${source})$`, 's')
  return (value) => pattern.test(value)
}
