import { KitError } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import type { Sides } from './source.ts'

/** One text with variables for both sides, or one for each. */
export type Template = string | { readonly canary: string; readonly stable: string }

/**
 * A query or a value for one side; undefined when the side runs nothing now. `{{digest}}`, `{{version}}`, `{{commit}}`, `{{configuration}}` and `{{side}}`
 * are those of the side, `{{canary}}` and `{{stable}}` the digests of both. `quote` makes a value safe inside the source's quoted strings.
 *
 * @throws KitError `config-invalid` for a variable that has no value
 */
export const render = (template: Template, side: Side, sides: Sides, quote: (value: string) => string = quoted): string | undefined => {
  const own = sides[side]
  if (own === undefined) return undefined
  const text = typeof template === 'string' ? template : template[side]
  const values: Readonly<Record<string, string | undefined>> = {
    side,
    digest: own.digest,
    version: own.version,
    commit: own.commit,
    configuration: own.configuration,
    canary: sides.canary?.digest,
    stable: sides.stable?.digest,
  }
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value !== undefined) return quote(value)
    const known = Object.keys(values).filter((key) => values[key] !== undefined)
    throw new KitError('config-invalid', `\`${whole}\` in \`${text}\` has no value for the ${side}; known are ${known.join(', ')}.`, {
      remedy: 'Use a variable that has a value for both sides.',
    })
  })
}

/**
 * The text of each side that runs something.
 * @throws KitError `config-invalid` for a variable without a value, and when both sides get the same text: what it selects would count for both
 */
export const renderSides = (template: Template, sides: Sides, quote?: (value: string) => string): Partial<Record<Side, string>> => {
  const canary = render(template, 'canary', sides, quote)
  const stable = render(template, 'stable', sides, quote)
  if (canary !== undefined && canary === stable)
    throw new KitError('config-invalid', `\`${canary}\` selects both sides: canary and stable cannot be told apart.`, {
      remedy: 'Select by what differs, such as `{{digest}}`, `{{version}}`, `{{configuration}}` or `{{side}}`.',
    })
  return { ...(canary !== undefined && { canary }), ...(stable !== undefined && { stable }) }
}

/** For strings in double quotes with backslashes, as PromQL, LogQL and JSON have them. */
export const quoted = (value: string): string => value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
