import { fieldsOf, meaningful } from './attributes.ts'
import { fault } from './fault.ts'
import type { TagRule } from './rule.ts'

type Type = TagRule['type']

/** What each type takes beside type, enable, priority, prefix and suffix, and the priority it has by default. */
const types: Readonly<Record<Type, { readonly takes: readonly string[]; readonly priority: number }>> = {
  schedule: { takes: ['pattern'], priority: 1000 },
  semver: { takes: ['pattern', 'value', 'match'], priority: 900 },
  pep440: { takes: ['pattern', 'value', 'match'], priority: 900 },
  match: { takes: ['pattern', 'group', 'value'], priority: 800 },
  edge: { takes: ['branch'], priority: 700 },
  ref: { takes: ['event'], priority: 600 },
  raw: { takes: ['value'], priority: 200 },
  sha: { takes: ['format'], priority: 100 },
}

const common = ['enable', 'priority', 'prefix', 'suffix']

/** What `tags` means when nobody gives it. */
const defaults = ['type=schedule', 'type=ref,event=branch', 'type=ref,event=tag', 'type=ref,event=pr']

/**
 * Reads the lines of `tags` in the grammar of docker/metadata-action, sorted by priority; those of equal priority keep their order.
 * A line without a type is a tag itself. An attribute that a type does not take is an error here; there it is dropped.
 * @throws KitError `tag-rule-invalid`
 */
export const parseRules = (lines: readonly string[]): readonly TagRule[] => {
  const given = meaningful(lines)
  return (given.length === 0 ? defaults : given).map(parseRule).toSorted((a, b) => b.priority - a.priority)
}

const parseRule = (line: string): TagRule => {
  const { attributes, bare } = fieldsOf(line)
  const type = attributes.get('type') ?? 'raw'
  if (!isType(type)) throw fault(line, `there is no type \`${type}\`. Known: ${Object.keys(types).join(', ')}.`)
  const { takes, priority } = types[type]
  const stranger = [...attributes.keys()].find((key) => key !== 'type' && !common.includes(key) && !takes.includes(key))
  if (stranger !== undefined) throw fault(line, `${type} does not take \`${stranger}\`; it takes ${[...takes, ...common].join(', ')}.`)
  if (bare.length > 1 || (bare.length === 1 && (!takes.includes('value') || attributes.has('value')))) {
    throw fault(line, `\`${bare.at(-1)}\` has no key.`, 'Write key=value, or put a value that holds commas in double quotes.')
  }
  const written = new Map(bare[0] === undefined ? attributes : [...attributes, ['value', bare[0]]])
  const rule = {
    line,
    enable: written.get('enable') ?? 'true',
    priority: priorityOf(line, written.get('priority')) ?? priority,
    prefix: written.get('prefix'),
    suffix: written.get('suffix'),
  }
  const need = (key: string, example: string): string => {
    const value = written.get(key)
    if (value === undefined || value === '') throw fault(line, `${type} needs \`${key}\`, such as ${example}.`)
    return value
  }
  switch (type) {
    case 'schedule':
      return { ...rule, type, pattern: written.get('pattern') ?? 'nightly' }
    case 'semver':
    case 'pep440': {
      const match = written.get('match') ?? ''
      const pattern = need('pattern', 'pattern={{version}}')
      return { ...rule, type, pattern, value: written.get('value') ?? '', match: match === '' ? undefined : expressionOf(line, match) }
    }
    case 'match': {
      const expression = expressionOf(line, need('pattern', String.raw`pattern=v(.*)`))
      return { ...rule, type, expression, group: groupOf(line, written.get('group') ?? '0'), value: written.get('value') ?? '' }
    }
    case 'edge':
      return { ...rule, type, branch: written.get('branch') || undefined }
    case 'ref': {
      const event = one(line, 'event', need('event', 'event=branch'), ['branch', 'tag', 'pr'])
      return { ...rule, type, event, prefix: rule.prefix ?? (event === 'pr' ? 'pr-' : undefined) }
    }
    case 'raw':
      return { ...rule, type, value: need('value', 'value=stable') }
    case 'sha':
      return {
        ...rule,
        type,
        prefix: rule.prefix ?? 'sha-',
        format: one(line, 'format', written.get('format') ?? 'short', ['short', 'long']),
      }
  }
}

const isType = (text: string): text is Type => Object.hasOwn(types, text)

const one = <const T extends string>(line: string, key: string, value: string, allowed: readonly T[]): T => {
  const found = allowed.find((choice) => choice === value)
  if (found === undefined) throw fault(line, `\`${key}\` is \`${value}\`; it must be one of ${allowed.join(', ')}.`)
  return found
}

const priorityOf = (line: string, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  if (!/^-?\d{1,9}$/.test(value)) throw fault(line, `\`priority\` is \`${value}\`; it must be a whole number.`)
  return Number(value)
}

const groupOf = (line: string, value: string): number => {
  if (!/^\d{1,2}$/.test(value)) throw fault(line, `\`group\` is \`${value}\`; it must be the number of a group, 0 for the whole match.`)
  return Number(value)
}

/** A regular expression of JavaScript, plain or as `/…/flags`. The first match counts, so `g` and `y` have nothing to say. */
const expressionOf = (line: string, text: string): RegExp => {
  const [, body = text, flags = ''] = /^\/(.+)\/([a-z]*)$/.exec(text) ?? []
  try {
    return new RegExp(body, flags.replace(/[gy]/g, ''))
  } catch (error) {
    throw fault(line, error instanceof Error ? `${error.message}.` : String(error))
  }
}
