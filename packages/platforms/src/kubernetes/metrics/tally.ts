import {
  commonBoundaries,
  histogramsOf,
  latencyOf,
  refuseDifferent,
  type Histogram,
  type Increase,
  type Matcher,
} from '@deploy-kit/metrics'
import type { HalfCounts, MetricCounts, SideCounts } from '@deploy-kit/rollout'
import type { KubernetesOptions } from '../options.ts'

export type MetricsOptions = NonNullable<KubernetesOptions['metrics']>

/** What each pod of a side has counted since the last read, by the name of the pod. */
export type PodIncreases = ReadonlyMap<string, readonly Increase[]>

/**
 * What both sides counted. A side without a counter that can be compared with an earlier one is undefined, never zero requests.
 * @throws KitError `metrics-query-invalid` when the histograms of the pods have no boundary in common
 */
export const countsOf = (canary: PodIncreases, stable: PodIncreases, metrics: MetricsOptions, hasFailed: Matcher): MetricCounts => {
  const histograms = { canary: sideHistograms(canary, metrics), stable: sideHistograms(stable, metrics) }
  const boundaries = commonBoundaries([...histograms.canary, ...histograms.stable])
  refuseDifferent(boundaries, metrics.histogram)
  const side = (pods: PodIncreases, of: readonly Histogram[]): SideCounts | undefined => {
    const counted = tallied([...pods.values()].flat(), metrics, hasFailed)
    if (counted === undefined) return undefined
    const latency = latencyOf(of, boundaries)
    return latency === undefined ? counted : { ...counted, latency }
  }
  return {
    canary: side(canary, histograms.canary),
    stable: side(stable, histograms.stable),
    ...(boundaries.length > 0 && { boundaries: boundaries.filter((boundary) => boundary < Infinity) }),
  }
}

/** Requests and failures of each pod that can be counted. */
export const requestsOf = (pods: PodIncreases, metrics: MetricsOptions, hasFailed: Matcher): ReadonlyMap<string, HalfCounts> => {
  const counted = new Map<string, HalfCounts>()
  for (const [name, increases] of pods) {
    const counts = tallied(increases, metrics, hasFailed)
    if (counts !== undefined) counted.set(name, counts)
  }
  return counted
}

const tallied = (increases: readonly Increase[], { requests }: MetricsOptions, hasFailed: Matcher): HalfCounts | undefined => {
  const answered = increases.filter(({ sample, increase }) => sample.name === requests && increase !== undefined)
  if (answered.length === 0) return undefined
  return { requests: total(answered), failures: total(answered.filter(({ sample }) => hasFailed(sample.labels))) }
}

const sideHistograms = (pods: PodIncreases, { histogram }: MetricsOptions): readonly Histogram[] =>
  [...pods.values()].flatMap((increases) => histogramsOf(increases.filter(({ sample }) => sample.name === `${histogram}_bucket`)))

const total = (increases: readonly Increase[]): number => increases.reduce((sum, { increase = 0 }) => sum + increase, 0)
