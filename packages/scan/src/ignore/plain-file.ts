import { KitError } from '@deploy-kit/core'
import { kindsOfFinding } from '../report/finding.ts'
import { dayOf, type IgnoreEntry } from './entry.ts'

/**
 * A `.trivyignore`: one id a line, `exp:2026-12-31` behind it, `#` begins a comment. The comment on the line, else the comment
 * lines right above it, are its reason. Trivy takes what it does not understand without a word; here it is an error.
 * @throws KitError `ignore-file-invalid`
 */
export const readPlainFile = (text: string, file: string): readonly IgnoreEntry[] => {
  const entries: IgnoreEntry[] = []
  let above: string[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const place = `${file}:${index + 1}`
    const [content, comment] = splitComment(raw)
    if (content === '') {
      above = comment === '' ? [] : [...above, comment]
      continue
    }
    const [id = '', ...more] = content.split(/\s+/)
    const strange = more.find((part) => !part.startsWith('exp:'))
    if (strange !== undefined || id.endsWith(':')) throw notPlain(place, strange ?? id)
    const expires = more.at(-1)?.slice('exp:'.length)
    const expiresAt = expires === undefined ? undefined : dayOf(expires)
    if (expires !== undefined && expiresAt === undefined)
      throw new KitError('ignore-file-invalid', `\`${expires}\` is not a day such as 2026-12-31.`, { where: place })
    entries.push({ kinds: kindsOfFinding, id, paths: [], purls: [], expiresAt, reason: comment === '' ? above.join(' ') : comment, place })
    above = []
  }
  return entries
}

const splitComment = (line: string): readonly [string, string] => {
  const at = line.indexOf('#')
  return at === -1 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

const notPlain = (place: string, what: string): KitError =>
  new KitError('ignore-file-invalid', `\`${what}\` is neither an id nor \`exp:\` and a day.`, {
    where: place,
    remedy: 'Write one id a line. Entries with keys belong into a file whose name ends in .yaml or .yml.',
  })
