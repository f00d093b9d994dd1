import { KitError } from '@deploy-kit/core'
import type { SideCounts } from '@deploy-kit/rollout'
import { perBucket } from '../exposition/buckets.ts'
import type { Increase } from '../exposition/deltas.ts'
import { bucketBoundary } from '../exposition/parse.ts'
import { seriesKey, type Sample } from '../exposition/sample.ts'
import type { SideSeries } from './sides.ts'

/** What each instance counted since the last scrape. */
export type Instances = readonly (readonly Increase[])[]

type Histogram = ReadonlyMap<number, number>

/** Requests and failures of a side; undefined when nothing was counted, or nothing yet to compare with. */
export const tally = (instances: Instances, { requests, hasFailed }: SideSeries): Pick<SideCounts, 'requests' | 'failures'> | undefined => {
  let seen = false
  let total = 0
  let failures = 0
  for (const { sample, increase } of instances.flat()) {
    if (increase === undefined || !belongs(sample, requests)) continue
    seen = true
    total += increase
    if (hasFailed(sample.labels)) failures += increase
  }
  return seen ? { requests: total, failures } : undefined
}

/** The histograms of a side, cumulative as they were exposed: one per instance and set of labels. One with a bucket that has nothing to compare with is left out. */
export const histogramsOf = (instances: Instances, { histogram }: SideSeries): readonly Histogram[] => {
  if (histogram === undefined) return []
  return instances.flatMap((increases) => {
    const groups = new Map<string, Map<number, number>>()
    for (const { sample, increase } of increases) {
      if (!belongs(sample, histogram)) continue
      const key = seriesKey(sample.name, sample.labels, 'le')
      const group = groups.get(key) ?? new Map<number, number>()
      group.set(bucketBoundary(sample.labels['le'] ?? ''), increase ?? Number.NaN)
      groups.set(key, group)
    }
    return [...groups.values()].filter((group) => [...group].every(([boundary, count]) => !Number.isNaN(boundary + count)))
  })
}

/** The boundaries that all histograms have. Cumulative counts stay true on fewer boundaries, so instances with other buckets can be added up. */
export const commonBoundaries = (histograms: readonly Histogram[]): readonly number[] => {
  const [first = new Map<number, number>(), ...others] = histograms
  return [...first.keys()].filter((boundary) => others.every((other) => other.has(boundary))).toSorted((a, b) => a - b)
}

/** Requests per bucket of several histograms together; undefined when there is none. */
export const latencyOf = (histograms: readonly Histogram[], boundaries: readonly number[]): readonly number[] | undefined => {
  if (histograms.length === 0) return undefined
  const sum = (boundary: number): number => histograms.reduce((total, histogram) => total + (histogram.get(boundary) ?? 0), 0)
  return perBucket(new Map(boundaries.map((boundary) => [boundary, sum(boundary)])))?.counts
}

/** @throws KitError `metrics-unavailable` when a series counts for both sides */
export const refuseOverlap = (samples: readonly Sample[], sides: readonly SideSeries[]): void => {
  const shared = samples.find((sample) => sides.length > 1 && sides.every(({ requests }) => belongs(sample, requests)))
  if (shared === undefined) return
  const labels = Object.entries(shared.labels).map(([label, value]) => `${label}="${value}"`)
  throw new KitError('metrics-unavailable', `${shared.name}{${labels.join(',')}} is selected for both sides, and would count for both.`, {
    remedy: 'Narrow the selectors until no series belongs to both.',
  })
}

/** Whether a series is one of those that a side is counted by. */
export const concerns = (sample: Sample, { requests, histogram }: SideSeries): boolean =>
  belongs(sample, requests) || (histogram !== undefined && belongs(sample, histogram))

const belongs = (sample: Sample, selector: SideSeries['requests']): boolean =>
  sample.name === selector.name && selector.matches(sample.labels)
