import { asKitError, formatDuration, type Clock } from '@deploy-kit/core'
import { forecast, knownAfterMs, type Forecast, type Traffic } from '@deploy-kit/judge'
import type { MetricSource } from '@deploy-kit/metrics'
import type { Counts, Percent, Plan, RecentCounts, Step } from '@deploy-kit/rollout'
import type { Judging } from './judging.ts'
import { remediesFor } from './remedies.ts'

/** What the traffic is now, seen over a short time before the rollout. */
export interface ObservedTraffic {
  /** 0 where nobody asks but the probes. */
  readonly perSecond: number
  /** Failure share of stable, 0 to 1. Without a failure in n requests it is taken as 1 / (2 n). */
  readonly failureRate: number
  /** The same as it was seen, so it may be 0. */
  readonly seenRate: number
}

/** How long the judge will need at each step, and what to do where the longest bake cannot suffice. */
export interface Outlook {
  readonly lines: readonly string[]
  readonly warnings: readonly string[]
}

/** So often a source that remembers nothing is read before a release, within two looks, and within two seconds at most. */
const readings = 5
const longestObservationMs = 2_000

/**
 * What stable did lately, where the source remembers, or what it does now, in a few readings one after the other. Undefined when nothing serves, or nobody asks.
 * A source that fails is found by its check.
 */
export const observeTraffic = async (
  source: MetricSource,
  clock: Clock,
  pollMs: number,
  signal: AbortSignal,
): Promise<RecentCounts | undefined> => {
  const recent = await source.recent?.(signal).catch((error: unknown) => {
    signal.throwIfAborted()
    return asKitError(error)
  })
  if (recent !== undefined && !(recent instanceof Error) && recent.requests > 0) return recent
  await source.read(signal)
  const betweenMs = Math.min(2 * pollMs, longestObservationMs) / readings
  const from = clock.now()
  const seen: Counts[] = []
  for (let reading = 0; reading < readings; reading++) {
    await clock.sleep(betweenMs, signal)
    seen.push(await source.read(signal))
  }
  const ms = clock.now() - from
  const intervals = seen.flatMap(({ stable }) => (stable === undefined ? [] : [{ requests: stable.requests, failures: stable.failures }]))
  const halves = seen.flatMap((counts) => (counts.halves === undefined ? [] : [counts.halves]))
  const requests = intervals.reduce((sum, interval) => sum + interval.requests, 0)
  if (requests === 0 || ms <= 0) return undefined
  const failures = intervals.reduce((sum, interval) => sum + interval.failures, 0)
  return { requests, failures, ms, ...(halves.length > 0 ? { halves } : { intervals }) }
}

/** A failure rate for a service that nobody has asked yet. */
const usualFailureRate = 0.001

export const trafficOf = (recent: Pick<RecentCounts, 'requests' | 'failures' | 'ms'> | undefined): ObservedTraffic => {
  if (recent === undefined || recent.requests === 0) return { perSecond: 0, failureRate: usualFailureRate, seenRate: usualFailureRate }
  const { requests, failures, ms } = recent
  const seenRate = failures / requests
  return { perSecond: requests / (ms / 1_000), failureRate: Math.max(seenRate, 1 / (2 * requests)), seenRate }
}

/** The time that each step will take at this traffic, by the judge's own forecast. Somebody must ask: users, or probes. */
export const outlookFor = (plan: Plan, traffic: ObservedTraffic, judging: Judging): Outlook => {
  const { pollMs } = plan
  const steps = plan.steps.filter((step) => step.weight > 0 && step.bake !== undefined)
  const times = steps.map((step) => ({ step, ahead: lookAhead({ weight: step.weight, pollMs }, traffic, judging) }))
  const seen = describeTraffic(traffic, judging)
  const previewMs = previewOf(plan, traffic, judging)
  return {
    lines: [
      ...(previewMs === undefined ? [] : [`${seen} stable is known well enough for a switch after about ${formatDuration(previewMs)}`]),
      ...times.map(
        ({ step, ahead }) =>
          `${seen} the step of ${step.weight} % needs about ${around(ahead)}; ${detections({ weight: step.weight, pollMs }, traffic, judging)}`,
      ),
    ],
    warnings: times.flatMap(({ step, ahead }) => warningsOf({ step, ahead, seen, pollMs }, traffic, judging)),
  }
}

/** Milliseconds that the preview of a switch watches stable; undefined where nothing has to be known of it. */
const previewOf = (plan: Plan, { perSecond, seenRate }: ObservedTraffic, { options, probesPerSecond }: Judging): number | undefined => {
  const step = plan.steps.find(({ weight, bake }) => weight === 0 && bake !== undefined)
  if (step === undefined || probesPerSecond > 0) return undefined
  return knownAfterMs({ rps: perSecond, weight: 0, baseline: seenRate, options }) + plan.pollMs / 2
}

interface Place {
  readonly weight: Percent
  readonly pollMs: number
}

/** The judge's forecast for a step at a weight, above 0, at some traffic. */
export const lookAhead = (place: Place, traffic: ObservedTraffic, judging: Judging): Forecast => {
  const ahead = forecastFor(place, traffic, judging, 10)
  if (judging.probesPerSecond > 0) return ahead
  // The last step with stable also lasts until the canary could be alone.
  const known = knownAfterMs({ weight: place.weight, options: judging.options, rps: traffic.perSecond, baseline: traffic.seenRate })
  return { ...ahead, promoteMedianMs: Math.max(ahead.promoteMedianMs, known), promoteP95Ms: Math.max(ahead.promoteP95Ms, known) }
}

/** The same by the traffic at that weight alone, for a version that fails so many times as often. */
const forecastFor = (
  { weight, pollMs }: Place,
  { perSecond, failureRate }: ObservedTraffic,
  { options, probesPerSecond }: Judging,
  times: number,
): Forecast => {
  // Where most requests fail already, ten times as many cannot be asked for.
  const baseline = Math.min(failureRate, 0.5)
  // Twice as many as hardly any is nothing that anybody would look for: a failure in a thousand is the least that is multiplied.
  const regression = Math.min(1, times * Math.max(baseline, usualFailureRate))
  const strata: readonly Traffic[] = [{ rps: 2 * probesPerSecond, weight: 50 }]
  return forecast({ weight, pollMs, options, rps: perSecond, baseline, regression, strata })
}

const describeTraffic = ({ perSecond }: ObservedTraffic, { probesPerSecond }: Judging): string => {
  const users = `${rateOf(perSecond)} requests a second`
  return probesPerSecond === 0 ? `at ${users}` : `at ${users} and ${probesPerSecond} synthetic ones to each side`
}

/** As many digits as matter. */
export const rateOf = (perSecond: number): string => (perSecond >= 10 ? perSecond.toFixed(0) : String(Number(perSecond.toPrecision(2))))

const regressions = [
  [2, 'twice the failures are found in'],
  [3, 'three times in'],
  [10, 'ten times in'],
] as const

const detections = (place: Place, traffic: ObservedTraffic, judging: Judging): string =>
  regressions
    .map(([times, words]) => {
      const { detectMedianMs, detectP95Ms } = forecastFor(place, traffic, judging, times)
      return `${words} about ${formatDuration(detectMedianMs)} (95 %: ${formatDuration(detectP95Ms)})`
    })
    .join(', ')

const around = ({ promoteMedianMs, promoteP95Ms }: Forecast): string =>
  `${formatDuration(promoteMedianMs)}, and in one case of twenty more than ${formatDuration(promoteP95Ms)}`

interface Looked {
  readonly step: Step
  readonly ahead: Forecast
  readonly seen: string
  readonly pollMs: number
}

const warningsOf = ({ step, ahead, seen, pollMs }: Looked, traffic: ObservedTraffic, judging: Judging): readonly string[] => {
  const most = step.bake?.maxMs ?? 0
  if (ahead.promoteMedianMs <= most) return []
  const suffices = (weight: Percent, other: Judging): boolean => lookAhead({ weight, pollMs }, traffic, other).promoteMedianMs <= most
  return [
    `The step of ${step.weight} % will hardly have evidence enough within its ${formatDuration(most)}: ${seen} it needs about ${formatDuration(ahead.promoteMedianMs)}. ` +
      remediesFor(step, ahead, judging, suffices),
  ]
}
