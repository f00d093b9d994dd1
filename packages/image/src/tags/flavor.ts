import { booleanOf, fieldsOf, meaningful } from './attributes.ts'
import { fault } from './fault.ts'

/** What holds for all tags. */
export interface Flavor {
  /** Whether there is a tag `latest`. `auto`: when the first rule that gives a tag is about a release. */
  readonly latest: 'auto' | 'true' | 'false'
  readonly prefix: string
  readonly suffix: string
  /** Whether `latest` gets the prefix and the suffix too. */
  readonly prefixOnLatest: boolean
  readonly suffixOnLatest: boolean
}

/**
 * Reads the lines of `flavor`: `latest=auto|true|false`, `prefix=…[,onlatest=true]`, `suffix=…[,onlatest=true]`.
 * @throws KitError `tag-rule-invalid`
 */
export const parseFlavor = (lines: readonly string[]): Flavor => {
  const flavor = { latest: 'auto' as Flavor['latest'], prefix: '', suffix: '', prefixOnLatest: false, suffixOnLatest: false }
  for (const line of meaningful(lines)) {
    const { attributes, bare } = fieldsOf(line)
    if (bare.length > 0) throw fault(line, `\`${bare[0]}\` has no key; latest=, prefix=, suffix= and onlatest= are known.`)
    // `onlatest` belongs to what stands before it.
    let last: 'prefix' | 'suffix' | undefined
    for (const [key, value] of attributes) {
      if (key === 'latest') flavor.latest = latestOf(line, value)
      else if (key === 'prefix' || key === 'suffix') {
        flavor[key] = value
        last = key
      } else if (key === 'onlatest') {
        if (last === undefined) throw fault(line, '`onlatest` follows a prefix or a suffix on the same line.')
        flavor[`${last}OnLatest`] = booleanOf(line, key, value)
      } else throw fault(line, `\`${key}\` is not known; latest, prefix, suffix and onlatest are.`)
    }
  }
  return flavor
}

const latestOf = (line: string, value: string): Flavor['latest'] => {
  if (value === 'auto' || value === 'true' || value === 'false') return value
  throw fault(line, `\`latest\` is \`${value}\`; it must be auto, true or false.`)
}
