import { KitError, type Json } from '@deploy-kit/core'
import type { Check, Suite } from './suite.ts'

const reference = /\$\{([A-Za-z_][A-Za-z0-9_-]*)\}/g

/**
 * The suite with every `${NAME}` of its requests replaced: in paths, headers and bodies. Expectations are left alone, so
 * that a value from outside is never a pattern.
 * @throws KitError `smoke-variable-missing` before anything is sent
 */
export const fill = (suite: Suite, values: Readonly<Record<string, string>>): Suite => {
  const fillText = (text: string): string =>
    text.replace(reference, (_whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined) throw missing(suite, name, Object.keys(values))
      return value
    })
  const fillMap = (map: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, fillText(value)]))
  const fillJson = (value: Json): Json => {
    if (typeof value === 'string') return fillText(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return (value as readonly Json[]).map(fillJson)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillJson(inner)]))
  }
  const fillCheck = (check: Check): Check => ({
    ...check,
    request: {
      ...check.request,
      path: fillText(check.request.path),
      headers: fillMap(check.request.headers),
      ...(check.request.body !== undefined && { body: fillJson(check.request.body) }),
    },
  })
  return { ...suite, headers: fillMap(suite.headers), checks: suite.checks.map(fillCheck) }
}

const missing = (suite: Suite, name: string, known: readonly string[]): KitError =>
  new KitError(
    'smoke-variable-missing',
    `The suite \`${suite.name}\` uses \`\${${name}}\`, which was not given; given: ${known.length === 0 ? 'none' : known.join(', ')}.`,
  )
