import { KitError } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import { parseMatchers, parseSelector, type Matcher, type Selector } from '../exposition/selector.ts'
import type { Sides } from '../source.ts'
import { renderSides } from '../template.ts'
import type { ScrapeOptions } from './options.ts'

/** The series of one side. */
export interface SideSeries {
  readonly side: Side
  /** Undefined where the histogram alone is asked for. */
  readonly requests: { readonly selector: Selector; readonly hasFailed: Matcher } | undefined
  /** Of the buckets. */
  readonly histogram: Selector | undefined
  /** As written, for messages. */
  readonly text: string
}

/**
 * The series of each side that runs something.
 * @throws KitError `config-invalid` for a selector that cannot be read, a variable that has no value, or two sides that one
 * cannot tell apart
 */
export const seriesOfSides = (options: ScrapeOptions, sides: Sides): readonly SideSeries[] => {
  const requests = 'requests' in options ? renderSides(options.requests, sides) : {}
  const histograms = options.histogram === undefined ? {} : renderSides(options.histogram, sides)
  return (['canary', 'stable'] as const).flatMap((side): readonly SideSeries[] => {
    const text = requests[side] ?? histograms[side]
    if (text === undefined) return []
    return [
      {
        side,
        text,
        requests:
          requests[side] === undefined || !('failed' in options)
            ? undefined
            : { selector: readable(() => parseSelector(text)), hasFailed: readable(() => parseMatchers(options.failed)) },
        histogram: histograms[side] === undefined ? undefined : bucketsOf(readable(() => parseSelector(histograms[side] ?? ''))),
      },
    ]
  })
}

const bucketsOf = (selector: Selector): Selector => ({ ...selector, name: `${selector.name.replace(/_bucket$/, '')}_bucket` })

/** A selector is part of the configuration here, and a fault of it one of the configuration. */
const readable = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (error instanceof KitError) throw new KitError('config-invalid', error.message, { remedy: error.remedy, cause: error.cause })
    throw error
  }
}
