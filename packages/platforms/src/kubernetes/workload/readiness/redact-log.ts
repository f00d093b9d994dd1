import type { Container } from '../../objects/models.ts'

const secretName = /pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|authorization/i

const patterns: readonly (readonly [RegExp, string])[] = [
  // name=value, "name": "value", Authorization: Bearer value
  [
    new RegExp(String.raw`((?:${secretName.source})[\w.-]*["']?\s*[:=]\s*)(?:(?:bearer|basic)\s+)?("[^"]*"|'[^']*'|[^\s,;&]+)`, 'gi'),
    '$1***',
  ],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, '$1***'],
  // scheme://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@'],
  // JSON web tokens, keys of clouds and of GitHub, private keys
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bxox[abpr]-[\w-]+/g, '***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '***'],
]

/**
 * The log of a program that failed, without what looks like a secret: it is shown in a job's log, where the program's own operators may not
 * be the only readers. Variables of the container that are written in its specification and called like secrets are taken out by value.
 */
export const redactLog = (log: string, container: Container | undefined): string => {
  let shown = log
  for (const { name, value = '' } of container?.env ?? [])
    if (value.length >= 4 && secretName.test(name)) shown = shown.replaceAll(value, '***')
  for (const [pattern, by] of patterns) shown = shown.replace(pattern, by)
  return shown
}
