import { KitError } from '@deploy-kit/core'
import type { Release, Side } from '@deploy-kit/rollout'
import { parseMatchers, parseSelector, type Matcher, type Selector } from '../exposition/selector.ts'
import type { ScrapeOptions } from './options.ts'

/** What is released, and what it is compared with; stable is absent at the first release. */
export interface Sides {
  readonly canary: Release
  readonly stable: Release | undefined
}

/** The series of one side. */
export interface SideSeries {
  readonly side: Side
  readonly requests: Selector
  readonly hasFailed: Matcher
  /** Of the buckets. */
  readonly histogram: Selector | undefined
  /** As written, for messages. */
  readonly text: string
}

/**
 * The series of each side there is.
 * @throws KitError `input-invalid` for a selector that cannot be read, a variable that has no value, or two sides that one
 * cannot tell apart
 */
export const seriesOfSides = (options: ScrapeOptions, sides: Sides): readonly SideSeries[] => {
  const hasFailed = parseMatchers(options.failed)
  const ofSide = (side: Side): SideSeries => {
    const text = rendered(options.requests, side, sides)
    const histogram = options.histogram === undefined ? undefined : parseSelector(rendered(options.histogram, side, sides))
    return {
      side,
      requests: parseSelector(text),
      hasFailed,
      histogram: histogram && { ...histogram, name: `${histogram.name.replace(/_bucket$/, '')}_bucket` },
      text,
    }
  }
  const canary = ofSide('canary')
  if (sides.stable === undefined) return [canary]
  const stable = ofSide('stable')
  if (stable.text === canary.text)
    throw new KitError('input-invalid', `\`${canary.text}\` selects both sides: requests of canary and stable cannot be told apart.`, {
      remedy: 'Select by a label that differs, such as `digest="{{digest}}"`, `configuration="{{configuration}}"` or `side="{{side}}"`.',
    })
  return [canary, stable]
}

const rendered = (template: ScrapeOptions['requests'], side: Side, sides: Sides): string => {
  const own = sides[side]
  const values: Readonly<Record<string, string | undefined>> = {
    side,
    digest: own?.digest,
    version: own?.version,
    commit: own?.commit,
    configuration: own?.configuration,
    canary: sides.canary.digest,
    stable: sides.stable?.digest,
  }
  const text = typeof template === 'string' ? template : template[side]
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value !== undefined) return value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
    const known = Object.keys(values).filter((key) => values[key] !== undefined)
    throw new KitError('input-invalid', `\`${whole}\` in \`${text}\` has no value for the ${side}; known are ${known.join(', ')}.`, {
      remedy: 'Use a variable that has a value for both sides.',
    })
  })
}
