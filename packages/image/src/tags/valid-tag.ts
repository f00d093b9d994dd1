import { createHash } from 'node:crypto'

/** Of the grammar of references: github.com/distribution/reference. */
const longestTag = 128
const hashLength = 8

/** A tag that registries take, and what had to be done to the text for it. */
export interface ValidTag {
  /** Empty when nothing of the text can stand in a tag. */
  readonly tag: string
  readonly changed: 'no' | 'lead' | 'shortened'
}

/**
 * Makes a tag of any text: other characters than `A-Z a-z 0-9 _ . -` become one dash, as metadata-action does. Beyond that, dots and
 * dashes at its beginning are dropped, and a tag of more than 128 characters is shortened and gets a hash of what it was, so that two
 * long names with one beginning stay two tags. The suffix, such as `-alpine`, survives the shortening.
 */
export const validTag = (text: string, suffix = ''): ValidTag => {
  const clean = withoutStrangers(text)
  const led = clean.replace(/^[.-]+/, '')
  if (led.length <= longestTag) return { tag: led, changed: led === clean ? 'no' : 'lead' }
  const hash = createHash('sha256').update(text).digest('hex').slice(0, hashLength)
  const end = withoutStrangers(suffix)
  const tail = end.length < longestTag / 2 ? end : ''
  const head = led.slice(0, longestTag - hashLength - 1 - tail.length).replace(/[.-]+$/, '')
  return { tag: `${head}-${hash}${tail}`, changed: 'shortened' }
}

const withoutStrangers = (text: string): string => text.replace(/[^a-zA-Z0-9._-]+/g, '-')
