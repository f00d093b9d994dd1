import { nameIn, type BuildEvent } from './event.ts'
import { fault } from './fault.ts'
import { formatTime } from './format-time.ts'

/** What `{{name}}` stands for. Only those of dates take a format and a time zone. */
export type Expressions = Readonly<Record<string, string | ((format: string | undefined, timeZone: string | undefined) => string)>>

export const shortSha = (sha: string, length: number): string => sha.slice(0, length)

/**
 * The global expressions of metadata-action: branch, tag, sha, base_ref, is_default_branch, is_not_default_branch, date, commit_date.
 * Those of another kind of event are empty.
 */
export const globalExpressions = (event: BuildEvent, shortShaLength: number): Expressions => {
  const isDefault = event.defaultBranch !== undefined && nameIn(event.ref, 'branch') === event.defaultBranch
  return {
    branch: nameIn(event.ref, 'branch') ?? '',
    tag: nameIn(event.ref, 'tag') ?? '',
    sha: shortSha(event.sha, shortShaLength),
    base_ref: event.baseRef ?? '',
    is_default_branch: String(isDefault),
    is_not_default_branch: String(event.ref !== '' && !isDefault),
    date: (format, timeZone) => formatTime(event.now, format, timeZone),
    commit_date: (format, timeZone) => formatTime(event.commitTime, format, timeZone),
  }
}

const mustache = /\{\{\{?\s*([^{}]*?)\s*\}?\}\}/g
const call = /^(\w+)(?:\s+(?:'([^']*)'|"([^"]*)"))?(?:\s+tz=(?:'([^']*)'|"([^"]*)"))?$/

/**
 * Fills in a template such as `{{branch}}-{{date 'YYYYMMDD' tz='Asia/Tokyo'}}`. The syntax is that of Handlebars, of which metadata-action
 * documents these forms; an unknown name is an error here and an empty text there, which has made tags of nothing.
 * @param line what the error shows
 * @throws KitError `tag-rule-invalid`
 */
export const fillIn = (template: string, expressions: Expressions, line: string): string => {
  const left = template.replace(mustache, '')
  if (left.includes('{{') || left.includes('}}')) throw fault(line, 'braces are opened and not closed, or hold other braces.')
  return template.replace(mustache, (_match, inside: string) => {
    const [whole, name = '', single, double, singleZone, doubleZone] = call.exec(inside) ?? []
    if (whole === undefined) {
      throw fault(line, `\`{{${inside}}}\` is no expression.`, `Write it as {{name}}, or {{date 'YYYYMMDD' tz='UTC'}} with quotes.`)
    }
    const value = Object.hasOwn(expressions, name) ? expressions[name] : undefined
    if (value === undefined) {
      throw fault(line, `there is no expression \`${name}\`. Known here: ${Object.keys(expressions).join(', ')}.`)
    }
    const format = single ?? double
    const zone = singleZone ?? doubleZone
    if (typeof value === 'string') {
      if (format !== undefined || zone !== undefined) throw fault(line, `\`${name}\` takes neither a format nor a time zone.`)
      return value
    }
    try {
      return value(format, zone)
    } catch (error) {
      if (error instanceof RangeError) throw fault(line, `\`${zone ?? ''}\` is not a time zone such as Europe/Berlin.`)
      throw error
    }
  })
}
