import { sources, type MetricKind, type SourceName } from '@deploy-kit/metrics'
import type { JudgeSettings, MetricSettings, SourceSettings } from '../deploy/settings.ts'
import type { EnvironmentConfig } from './schema.ts'

type JudgeConfig = NonNullable<EnvironmentConfig['judge']>

/** The judge's part of the settings; the input for false rollbacks wins over the configuration. */
export const judgeSettings = (judge: JudgeConfig | undefined, falseRollbacks: number | undefined): JudgeSettings => {
  if (judge === undefined) return { ...(falseRollbacks !== undefined && { falseRollbacks }) }
  const {
    'false-rollbacks': configured,
    'false-promotions': falsePromotions,
    harm,
    tolerance,
    overdispersion,
    errors,
    latency,
    metrics,
    probe,
  } = judge
  const alpha = falseRollbacks ?? configured
  return {
    ...(alpha !== undefined && { falseRollbacks: alpha }),
    ...(falsePromotions !== undefined && { falsePromotions }),
    ...(harm !== undefined && { harm }),
    ...(tolerance !== undefined && { tolerance }),
    ...(overdispersion !== undefined && { overdispersion }),
    ...(errors !== undefined && { errors: metricOf('ratio', errors) }),
    ...(latency !== undefined && { latency: metricOf('histogram', latency) }),
    ...(metrics !== undefined && {
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metricOf(metric.kind, metric)])),
    }),
    ...(probe !== undefined && { probe }),
  }
}

/** A metric as it is written: one of its keys may be the name of a source. */
interface WrittenMetric {
  readonly role?: MetricSettings['role']
  readonly tolerance?: MetricSettings['tolerance']
  readonly overdispersion?: number
  readonly 'budget-share'?: number
  /** Milliseconds. */
  readonly slo?: number
}

const metricOf = (kind: MetricKind, metric: WrittenMetric): MetricSettings => {
  const { role, tolerance, overdispersion, 'budget-share': budgetShare, slo } = metric
  const source = sourceOf(metric)
  return {
    kind,
    ...(source !== undefined && { source }),
    ...(role !== undefined && { role }),
    ...(tolerance !== undefined && { tolerance }),
    ...(overdispersion !== undefined && { overdispersion }),
    ...(budgetShare !== undefined && { budgetShare }),
    ...(slo !== undefined && { slo: slo / 1_000 }),
  }
}

const sourceOf = (metric: object): SourceSettings | undefined => {
  const found = Object.entries(metric).find(([key]) => Object.hasOwn(sources, key))
  return found && { name: found[0] as SourceName, options: found[1] as unknown }
}
