import { KitError, type Clock } from '@deploy-kit/core'
import type { Counts, CountSource, SideCounts } from '@deploy-kit/rollout'
import { CounterDeltas } from '../exposition/deltas.ts'
import type { Sample } from '../exposition/sample.ts'
import { fetchSamples } from './fetch-samples.ts'
import type { ScrapeOptions } from './options.ts'
import { seriesOfSides, type Sides, type SideSeries } from './sides.ts'
import { commonBoundaries, concerns, histogramsOf, latencyOf, refuseOverlap, tally, type Instances } from './tally.ts'

export { scrapeOptions, type ScrapeOptions } from './options.ts'
export type { Sides } from './sides.ts'

export interface ScrapeContext {
  readonly sides: Sides
  readonly clock: Clock
  /** Addresses of the instances that run now, from a platform that knows them; they take the place of those in the options. */
  readonly instances?: (signal: AbortSignal) => Promise<readonly string[]>
}

interface Scraped {
  readonly endpoint: string
  readonly samples: readonly Sample[]
}

/**
 * Counts from the endpoints of the instances themselves, without a Prometheus. Nothing is contacted before it is used.
 * @throws KitError `input-invalid` for selectors that cannot be read or do not tell the sides apart
 */
export const open = (options: ScrapeOptions, { sides, clock, instances: discover }: ScrapeContext): CountSource => {
  const series = seriesOfSides(options, sides)
  const deltas = new CounterDeltas()
  let lastReadAt: number | undefined

  const scrape = async (signal: AbortSignal): Promise<readonly Scraped[]> => {
    const endpoints = (await discover?.(signal)) ?? options.endpoints
    return Promise.all(
      endpoints.map(async (endpoint) => {
        const samples = await fetchSamples(endpoint, options.headers ?? {}, clock, signal)
        refuseOverlap(samples, series)
        return { endpoint, samples }
      }),
    )
  }

  return {
    check: async (signal) => {
      const all = (await scrape(signal)).flatMap(({ samples }) => samples)
      // The canary does not run yet; stable shows whether the selectors are right.
      for (const side of series) if (side.side === 'stable') refuseUnknown(all, side)
    },
    read: async (signal) => {
      const at = clock.now()
      // All are read before any is counted, so that a failing endpoint takes nothing from the next read.
      const scraped = await scrape(signal)
      const instances: Instances = scraped.map(({ endpoint, samples }) => {
        const startedAt = samples.find(({ name }) => name === 'process_start_time_seconds')?.value
        // A start after the last read: an instance of a canary that came up since. By two clocks, so a skew may cost it its first counts.
        const isNew = startedAt !== undefined && lastReadAt !== undefined && startedAt * 1_000 > lastReadAt
        const own = samples.filter((sample) => series.some((side) => concerns(sample, side)))
        return deltas.advance(endpoint, own, { startedAt, isNew })
      })
      deltas.keepOnly(scraped.map(({ endpoint }) => endpoint))
      lastReadAt = at
      return countsOf(instances, series, at)
    },
  }
}

const countsOf = (instances: Instances, series: readonly SideSeries[], at: number): Counts => {
  const sides = series.map((side) => ({ side: side.side, counts: tally(instances, side), histograms: histogramsOf(instances, side) }))
  const boundaries = commonBoundaries(sides.flatMap(({ histograms }) => histograms))
  const of = (wanted: SideSeries['side']): SideCounts | undefined => {
    const found = sides.find(({ side }) => side === wanted)
    if (found?.counts === undefined) return undefined
    const latency = latencyOf(found.histograms, boundaries)
    return latency === undefined ? found.counts : { ...found.counts, latency }
  }
  const finite = boundaries.filter((boundary) => boundary < Infinity)
  return { at, canary: of('canary'), stable: of('stable'), ...(boundaries.length > 0 && { boundaries: finite }) }
}

/** @throws KitError `metrics-unavailable` when nothing is counted by what was asked for */
const refuseUnknown = (samples: readonly Sample[], { requests, histogram, text }: SideSeries): void => {
  for (const selector of [requests, ...(histogram === undefined ? [] : [histogram])]) {
    const named = samples.filter(({ name }) => name === selector.name)
    if (named.some(({ labels }) => selector.matches(labels))) continue
    const labels = [...new Set(named.flatMap((sample) => Object.keys(sample.labels)))]
    const what = named.length === 0 ? `No endpoint exposes ${selector.name}` : `No series of ${selector.name} is that of stable`
    const found = named.length === 0 ? '' : `; its labels are ${labels.join(', ') || 'none'}`
    throw new KitError('metrics-unavailable', `${what}, looked for by \`${text}\`${found}.`, {
      remedy: 'Correct the selector. A counter that appears with the first request needs one before the release.',
    })
  }
}
