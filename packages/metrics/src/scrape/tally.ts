import { KitError } from '@deploy-kit/core'
import type { SideCounts } from '@deploy-kit/rollout'
import type { Increase } from '../exposition/deltas.ts'
import { histogramsOf, type Histogram } from '../exposition/histograms.ts'
import type { Sample } from '../exposition/sample.ts'
import type { Selector } from '../exposition/selector.ts'
import type { SideSeries } from './sides.ts'

/** What each instance counted since the last scrape. */
export type Instances = readonly (readonly Increase[])[]

/** Requests and failures of a side; undefined when nothing was counted, or nothing yet to compare with. */
export const tally = (instances: Instances, { requests }: SideSeries): Pick<SideCounts, 'requests' | 'failures'> | undefined => {
  let seen = false
  let total = 0
  let failures = 0
  for (const { sample, increase } of instances.flat()) {
    if (increase === undefined || requests === undefined || !belongs(sample, requests.selector)) continue
    seen = true
    total += increase
    if (requests.hasFailed(sample.labels)) failures += increase
  }
  return seen ? { requests: total, failures } : undefined
}

/** The histograms of a side: one per instance and set of labels. */
export const sideHistograms = (instances: Instances, { histogram }: SideSeries): readonly Histogram[] =>
  histogram === undefined
    ? []
    : instances.flatMap((increases) => histogramsOf(increases.filter(({ sample }) => belongs(sample, histogram))))

/** @throws KitError `metrics-query-invalid` when a series counts for both sides */
export const refuseOverlap = (samples: readonly Sample[], sides: readonly SideSeries[]): void => {
  const shared = samples.find((sample) => sides.length > 1 && sides.every((side) => concerns(sample, side)))
  if (shared === undefined) return
  const labels = Object.entries(shared.labels).map(([label, value]) => `${label}="${value}"`)
  throw new KitError('metrics-query-invalid', `${shared.name}{${labels.join(',')}} is selected for both sides, and would count for both.`, {
    remedy: 'Narrow the selectors until no series belongs to both.',
  })
}

/** Whether a series is one of those that a side is counted by. */
export const concerns = (sample: Sample, { requests, histogram }: SideSeries): boolean =>
  (requests !== undefined && belongs(sample, requests.selector)) || (histogram !== undefined && belongs(sample, histogram))

const belongs = (sample: Sample, selector: Selector): boolean => sample.name === selector.name && selector.matches(sample.labels)
