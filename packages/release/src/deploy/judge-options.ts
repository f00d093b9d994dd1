import type { JudgeOptions } from '@deploy-kit/judge'
import type { Judging } from './judging.ts'
import type { DeploySettings, JudgeSettings, MetricSettings } from './settings.ts'

/** The judge's options; what the user did not say is the judge's own default. */
export const judgeOptions = ({ judge, steps }: Pick<DeploySettings, 'judge' | 'steps'>): JudgeOptions => {
  const { errors, latency, metrics: _metrics, probe: _probe, ...budgets } = judge
  const further = furtherMetrics(judge)
  return {
    ...budgets,
    weights: steps.map((step) => step.weight),
    ...(errors !== undefined && { errors: weightOf(errors) }),
    ...(latency !== undefined && isOfPlatform(judge) && { latency: weightOf(latency) }),
    ...(Object.keys(further).length > 0 && {
      metrics: Object.fromEntries(
        Object.entries(further).map(([name, metric]) => [name, { kind: kinds[metric.kind], ...weightOf(metric) }]),
      ),
    }),
  }
}

/** How a release is judged, for whoever looks ahead. */
export const judgingOf = (settings: Pick<DeploySettings, 'judge' | 'steps'>): Judging => ({
  options: judgeOptions(settings),
  probesPerSecond: settings.judge.probe?.['per-second'] ?? 0,
})

const kinds = { ratio: 'failures', histogram: 'latency', gauge: 'gauge' } as const

const weightOf = ({ kind: _kind, source: _source, ...weight }: MetricSettings): Omit<MetricSettings, 'kind' | 'source'> => weight

/** Errors and latency come from one read of the platform, so that they are of the same requests. */
const isOfPlatform = ({ errors, latency }: JudgeSettings): boolean => errors?.source === undefined && latency?.source === undefined

/** The metrics that are read from places of their own, by the names that the judge shows. */
export const furtherMetrics = (judge: JudgeSettings): Readonly<Record<string, MetricSettings>> => ({
  ...(judge.latency !== undefined && !isOfPlatform(judge) && { latency: judge.latency }),
  ...judge.metrics,
})
