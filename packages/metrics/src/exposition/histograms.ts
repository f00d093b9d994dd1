import { KitError } from '@deploy-kit/core'
import { perBucket } from './buckets.ts'
import type { Increase } from './deltas.ts'
import { bucketBoundary } from './parse.ts'
import { seriesKey } from './sample.ts'

/** Requests by upper boundary, cumulative as they are exposed. */
export type Histogram = ReadonlyMap<number, number>

/** The histograms among the increases of bucket series: one per set of labels. One with a bucket that has nothing to compare with is left out. */
export const histogramsOf = (increases: readonly Increase[]): readonly Histogram[] => {
  const groups = new Map<string, Map<number, number>>()
  for (const { sample, increase } of increases) {
    const key = seriesKey(sample.name, sample.labels, 'le')
    const group = groups.get(key) ?? new Map<number, number>()
    group.set(bucketBoundary(sample.labels['le'] ?? ''), increase ?? Number.NaN)
    groups.set(key, group)
  }
  return [...groups.values()].filter((group) => [...group].every(([boundary, count]) => !Number.isNaN(boundary + count)))
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

/**
 * Both sides must have a boundary in common, or nothing could be compared.
 * @param boundaries those that all histograms have, with the open end
 * @throws KitError `metrics-query-invalid` when there is none
 */
export const refuseDifferent = (boundaries: readonly number[], query: string): void => {
  if (boundaries.length !== 1) return
  throw new KitError('metrics-query-invalid', `The histograms of \`${query}\` have no bucket boundary in common.`, {
    remedy: 'Give both versions, and all their instances, the same buckets, or some that all of them have.',
  })
}
