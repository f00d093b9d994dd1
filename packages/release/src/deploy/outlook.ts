import { formatDuration, type Clock } from '@deploy-kit/core'
import { forecast, type Forecast, type JudgeOptions } from '@deploy-kit/judge'
import type { MetricSource, RecentCounts } from '@deploy-kit/metrics'
import type { Percent, Plan, Step } from '@deploy-kit/rollout'

/** What the traffic is now, seen over a short time before the rollout. */
export interface ObservedTraffic {
  readonly perSecond: number
  /** Failure share of stable, 0 to 1. Without a failure in n requests it is taken as 1 / (2 n). */
  readonly failureRate: number
}

/** How long the judge will need at each step, and what to do where the longest bake cannot suffice. */
export interface Outlook {
  readonly lines: readonly string[]
  readonly warnings: readonly string[]
}

/** What the source remembers, or what it counts in a moment. Undefined when nothing serves, or nobody asks. A source that fails is found by its check. */
export const observeTraffic = async (
  source: MetricSource,
  clock: Clock,
  ms: number,
  signal: AbortSignal,
): Promise<ObservedTraffic | undefined> => {
  const recent = await source.recent?.(signal)
  if (recent !== undefined && recent.requests > 0) return trafficOf(recent)
  await source.read(signal)
  const from = clock.now()
  await clock.sleep(ms, signal)
  const { stable } = await source.read(signal)
  const observed = clock.now() - from
  if (stable === undefined || stable.requests === 0 || observed <= 0) return undefined
  return trafficOf({ ...stable, ms: observed })
}

export const trafficOf = ({ requests, failures, ms }: RecentCounts): ObservedTraffic => ({
  perSecond: requests / (ms / 1_000),
  failureRate: Math.max(failures / requests, 1 / (2 * requests)),
})

/** The time that each step will take at this traffic, by the judge's own forecast. */
export const outlookFor = (plan: Plan, traffic: ObservedTraffic, options: JudgeOptions): Outlook => {
  const steps = plan.steps.filter((step) => step.weight > 0 && step.bake !== undefined)
  const times = steps.map((step) => ({ step, ahead: aheadOf(step, plan, traffic, options) }))
  const seen = `at ${traffic.perSecond.toFixed(0)} requests a second`
  return {
    lines: times.map(
      ({ step, ahead }) =>
        `${seen} the step of ${step.weight} % needs about ${around(ahead)}; ten times the failures are found in about ${formatDuration(ahead.detectMedianMs)}`,
    ),
    warnings: times.flatMap(({ step, ahead }) => warningsOf(step, ahead, seen)),
  }
}

const aheadOf = (step: Step, plan: Plan, traffic: ObservedTraffic, options: JudgeOptions): Forecast =>
  lookAhead({ weight: step.weight, pollMs: plan.pollMs, options }, traffic)

/** The judge's forecast for a weight, above 0, at some traffic. */
export const lookAhead = (
  at: { readonly weight: Percent; readonly pollMs: number; readonly options: JudgeOptions },
  { perSecond, failureRate }: ObservedTraffic,
): Forecast => {
  // Where most requests fail already, ten times as many cannot be asked for.
  const baseline = Math.min(failureRate, 0.5)
  return forecast({ ...at, rps: perSecond, baseline, regression: Math.min(1, Math.max(10 * baseline, 0.01)) })
}

const around = ({ promoteMedianMs, promoteP95Ms }: Forecast): string =>
  `${formatDuration(promoteMedianMs)}, and in one case of twenty more than ${formatDuration(promoteP95Ms)}`

const warningsOf = (step: Step, ahead: Forecast, seen: string): readonly string[] => {
  const most = step.bake?.maxMs ?? 0
  if (ahead.promoteMedianMs <= most) return []
  return [
    `The step of ${step.weight} % will hardly have evidence enough within its ${formatDuration(most)}: ${seen} it needs about ${formatDuration(ahead.promoteMedianMs)}. ` +
      'Give it more time (bake-max), more weight, a larger `harm`, or synthetic traffic.',
  ]
}
