import { createHash } from 'node:crypto'

/** Names of Services and values of labels may have 63 characters (RFC 1123 labels). */
const longest = 63

/**
 * A name with a suffix within 63 characters: what is too long is cut and told apart by a hash of the whole, so that two long
 * names with the same beginning stay two.
 */
export const suffixed = (name: string, suffix: string): string => {
  const whole = `${name}${suffix}`
  if (whole.length <= longest) return whole
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, longest - suffix.length - hash.length - 1).replace(/[-.]+$/, '')}-${hash}${suffix}`
}

/** Any text as a part of an object's name: lower case letters, digits, `-` and `.`; told apart by a hash when something had to go. */
export const asName = (text: string): string => {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80)
    .replace(/[-.]+$/, '')
  return plain === text ? plain : `${plain}${plain === '' ? '' : '-'}${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}

/** A text as the value of a label: letters, digits, `-`, `_`, `.`, 63 characters. */
export const asLabel = (text: string): string => {
  const plain = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-._]+|[-._]+$/g, '')
  return plain === text && text.length <= longest ? text : suffixed(plain.slice(0, 200), '')
}
