import { KitError } from '@deploy-kit/core'
import type { Counts, HalfCounts, SideCounts } from '@deploy-kit/rollout'
import { CounterDeltas } from '../exposition/deltas.ts'
import { Dealer } from '../halves.ts'
import { commonBoundaries, latencyOf, refuseDifferent } from '../exposition/histograms.ts'
import type { Sample } from '../exposition/sample.ts'
import { filledHeaders } from '../http/headers.ts'
import type { MetricSource, SourceContext } from '../source.ts'
import { fetchSamples } from './fetch-samples.ts'
import type { ScrapeOptions } from './options.ts'
import { seriesOfSides, type SideSeries } from './sides.ts'
import { concerns, refuseOverlap, sideHistograms, tally, type Instances } from './tally.ts'

export { scrapeOptions, type ScrapeOptions } from './options.ts'

interface Scraped {
  readonly series: readonly SideSeries[]
  readonly instances: readonly { readonly endpoint: string; readonly samples: readonly Sample[] }[]
}

/**
 * Counts from the endpoints of the instances themselves, without a Prometheus. Nothing is contacted before it is used.
 * @throws KitError `config-invalid` when nobody knows the endpoints
 */
export const open = (options: ScrapeOptions, { metric, sides, clock, http, secret, instances: discover }: SourceContext): MetricSource => {
  if (options.endpoints === undefined && discover === undefined)
    throw new KitError('config-invalid', `\`${metric}\`: the platform does not know the addresses of its instances.`, {
      remedy: 'Name them: `scrape: { endpoints: [http://host:port/metrics] }`.',
    })
  const deltas = new CounterDeltas()
  const dealer = new Dealer()
  let lastReadAt: number | undefined

  const scrape = async (signal: AbortSignal): Promise<Scraped> => {
    const series = seriesOfSides(options, await sides(signal))
    const headers = filledHeaders(options.headers, secret)
    const endpoints = (await discover?.(signal)) ?? options.endpoints ?? []
    const instances = await Promise.all(
      endpoints.map(async (endpoint) => {
        const samples = await fetchSamples(endpoint, headers, http, signal)
        refuseOverlap(samples, series)
        return { endpoint, samples }
      }),
    )
    return { series, instances }
  }

  return {
    check: async (signal) => {
      const { series, instances } = await scrape(signal)
      const all = instances.flatMap(({ samples }) => samples)
      // The canary does not run yet; stable shows whether the selectors are right.
      for (const side of series) if (side.side === 'stable') refuseUnknown(all, side)
    },
    read: async (signal) => {
      const at = clock.now()
      // All are read before any is counted, so that a failing endpoint takes nothing from the next read.
      const { series, instances } = await scrape(signal)
      const counted: Instances = instances.map(({ endpoint, samples }) => {
        const startedAt = samples.find(({ name }) => name === 'process_start_time_seconds')?.value
        // A start after the last read: an instance of a canary that came up since. By two clocks, so a skew may cost it its first counts.
        const isNew = startedAt !== undefined && lastReadAt !== undefined && startedAt * 1_000 > lastReadAt
        const own = samples.filter((sample) => series.some((side) => concerns(sample, side)))
        return deltas.advance(endpoint, own, { startedAt, isNew })
      })
      deltas.keepOnly(instances.map(({ endpoint }) => endpoint))
      lastReadAt = at
      const halves = dealer.deal(byInstance(counted, instances, series))
      return { ...countsOf(counted, series, at), ...(halves !== undefined && { halves }) }
    },
  }
}

/** What each instance of stable counted. */
const byInstance = (
  counted: Instances,
  instances: Scraped['instances'],
  series: readonly SideSeries[],
): ReadonlyMap<string, HalfCounts> => {
  const stable = series.find(({ side }) => side === 'stable')
  return new Map(
    instances.flatMap(({ endpoint }, index): readonly [string, HalfCounts][] => {
      const counts = stable && tally([counted[index] ?? []], stable)
      return counts === undefined ? [] : [[endpoint, counts]]
    }),
  )
}

const countsOf = (instances: Instances, series: readonly SideSeries[], at: number): Counts => {
  const sides = series.map((side) => ({ series: side, counts: tally(instances, side), histograms: sideHistograms(instances, side) }))
  const boundaries = commonBoundaries(sides.flatMap(({ histograms }) => histograms))
  refuseDifferent(boundaries, series.find(({ histogram }) => histogram !== undefined)?.histogram?.name ?? '')
  const of = (wanted: SideSeries['side']): SideCounts | undefined => {
    const found = sides.find(({ series: { side } }) => side === wanted)
    if (found === undefined) return undefined
    const latency = latencyOf(found.histograms, boundaries)
    // Where only the histogram is asked for, it says how many requests there were.
    const counts =
      found.series.requests === undefined && latency !== undefined
        ? { requests: latency.reduce((sum, count) => sum + count, 0), failures: 0 }
        : found.counts
    if (counts === undefined) return undefined
    return latency === undefined ? counts : { ...counts, latency }
  }
  const finite = boundaries.filter((boundary) => boundary < Infinity)
  return { at, canary: of('canary'), stable: of('stable'), ...(boundaries.length > 0 && { boundaries: finite }) }
}

/** @throws KitError `metrics-empty` when nothing is counted by what was asked for */
const refuseUnknown = (samples: readonly Sample[], { requests, histogram, text }: SideSeries): void => {
  for (const selector of [requests?.selector, histogram]) {
    if (selector === undefined) continue
    const named = samples.filter(({ name }) => name === selector.name)
    if (named.some(({ labels }) => selector.matches(labels))) continue
    const labels = [...new Set(named.flatMap((sample) => Object.keys(sample.labels)))]
    const what = named.length === 0 ? `No endpoint exposes ${selector.name}` : `No series of ${selector.name} is that of stable`
    const found = named.length === 0 ? '' : `; its labels are ${labels.join(', ') || 'none'}`
    throw new KitError('metrics-empty', `${what}, looked for by \`${text}\`${found}.`, {
      remedy: 'Correct the selector. A counter that appears with the first request needs one before the release.',
    })
  }
}
