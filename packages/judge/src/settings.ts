import type { History, JudgeOptions, LatencyOptions, MetricOptions, MetricSettings, Settings } from './options.ts'
import { faded, measure, measureAlone, newSpread } from './spread.ts'

/** The failures of the requests themselves; this metric is always there. */
export const errorsMetric = 'errors'
const latencyMetric = 'latency'

/**
 * Fills in the defaults, and divides the false-rollback budget among the metrics by their shares.
 * @throws RangeError when an option is outside its range; the message names the option, the value and what is allowed
 */
export function settingsOf(options: JudgeOptions): Settings {
  const falseRollbacks = between('falseRollbacks', options.falseRollbacks ?? 0.01)
  const drafts = draftsOf(options)
  const shares = drafts.reduce((sum, { share }) => sum + share, 0)
  if (shares === 0) throw new RangeError('every metric is advisory; at least one must be critical, or nothing could ever be decided')
  return {
    // An advisory metric spends nothing; its odds are shown beside what the whole budget would need.
    metrics: drafts.map(({ share, metric }) =>
      Object.assign(metric, { alpha: metric.advisory ? falseRollbacks : (falseRollbacks * share) / shares }),
    ),
    falseRollbacks,
    leavesStable: options.weights?.includes(100) ?? false,
    restartEveryMs: atLeast('restartEveryMs', options.restartEveryMs ?? 300_000, 1000),
    overdispersion: atLeast('overdispersion', options.overdispersion ?? 1, 1),
    spread: spreadOf(options.history),
    ceiling: between('ceiling', options.ceiling ?? 0.5, 1),
    ceilingFalseAlarms: between('ceilingFalseAlarms', options.ceilingFalseAlarms ?? 0.001),
    noisyAt: atLeast('noisyAt', options.noisyAt ?? 100, 1),
    liveness: {
      probability: between('liveness.probability', options.liveness?.probability ?? 1e-4),
      graceMs: atLeast('liveness.graceMs', options.liveness?.graceMs ?? 30_000, 0),
    },
  }
}

/** How failures clumped before: by halves of the time just before, or as it was measured the last time. */
function spreadOf({ halves = [], intervals = [], spread = null }: Partial<History> = {}): Settings['spread'] {
  const before = spread === null ? newSpread() : faded(spread)
  if (halves.length > 0) return halves.reduce(measure, before)
  if (intervals.length > 0) return intervals.reduce(measureAlone, before)
  return spread === null ? null : before
}

/** The settings of the failure rate itself. */
export function errorsOf({ metrics }: Settings): MetricSettings {
  const errors = metrics.find(({ name }) => name === errorsMetric)
  if (errors === undefined) throw new Error('the metric of failures is always there')
  return errors
}

/** Whether stable, which still has requests at this weight, has none at the next one. */
export function isLastWithStable(settings: Settings, weight: number): boolean {
  return settings.leavesStable && weight < 100 && errorsOf(settings).weights.find((planned) => planned > weight) === 100
}

interface Draft {
  readonly share: number
  readonly metric: MetricSettings
}

function draftsOf(options: JudgeOptions): Draft[] {
  const errors = { ...options.errors, tolerance: options.tolerance, history: options.history }
  const drafts = [failures(options, errorsMetric, null, errors, 2, { ratio: 1.1, absolute: 0.001 })]
  if (options.latency !== undefined) drafts.push(...latency(options, latencyMetric, null, { history: options.history, ...options.latency }))
  for (const [name, metric] of Object.entries(options.metrics ?? {})) {
    if (drafts.some((draft) => draft.metric.name === name))
      throw new RangeError(`metrics.${name} has the name of a metric that is built in`)
    if (metric.kind === 'latency') drafts.push(...latency(options, name, name, metric))
    else if (metric.kind === 'gauge') drafts.push(gauge(options, name, metric))
    else drafts.push(failures(options, name, name, metric, 1, { ratio: 1.1, absolute: 0.001 }))
  }
  return drafts
}

/** A latency metric is the shape of its histogram and, with an objective, the share of slow requests; the budget is halved between them. */
function latency(options: JudgeOptions, name: string, source: string | null, metric: LatencyOptions): Draft[] {
  const share = (metric.budgetShare ?? 1) / (metric.slo === undefined ? 1 : 2)
  const shape = failures(options, name, source, { ...metric, budgetShare: share }, 1, { ratio: 1.1, absolute: 0.005 })
  const drafts: Draft[] = [{ ...shape, metric: { ...shape.metric, kind: 'latency' } }]
  if (metric.slo === undefined) return drafts
  if (!(metric.slo > 0)) throw new RangeError(`${name}.slo is ${metric.slo}; it must be seconds, above 0`)
  const history = slowHistory(metric.history, metric.slo)
  const slow = failures(options, `${name}-slo`, source, { ...metric, budgetShare: share, history, tolerance: undefined }, 1, {
    ratio: 1.2,
    absolute: 0.005,
  })
  return [...drafts, { ...slow, metric: { ...slow.metric, slo: metric.slo, harm: Math.max(slow.metric.harm, 0.005) } }]
}

/** A gauge has no counts, so it is advisory by default, and a tenth more than stable's is its tolerance. */
function gauge(options: JudgeOptions, name: string, metric: MetricOptions): Draft {
  const draft = failures(options, name, name, { role: 'advisory', ...metric }, 1, { ratio: 1.1, absolute: 0 })
  return { ...draft, metric: { ...draft.metric, kind: 'gauge' } }
}

function failures(
  options: JudgeOptions,
  name: string,
  source: string | null,
  metric: MetricOptions,
  share: number,
  tolerance: { ratio: number; absolute: number },
): Draft {
  const where = name === errorsMetric ? '' : `${name}.`
  const budgetShare = metric.budgetShare ?? share
  if (!(budgetShare > 0 && Number.isFinite(budgetShare))) throw new RangeError(`${name}.budgetShare is ${budgetShare}; it must be above 0`)
  const advisory = metric.role === 'advisory'
  return {
    share: advisory ? 0 : budgetShare,
    metric: {
      name,
      kind: 'failures',
      source,
      slo: null,
      advisory,
      alpha: 1,
      beta: between('falsePromotions', options.falsePromotions ?? 0.05),
      tolerance: {
        ratio: atLeast(`${where}tolerance.ratio`, metric.tolerance?.ratio ?? tolerance.ratio, 1),
        absolute: between(`${where}tolerance.absolute`, metric.tolerance?.absolute ?? tolerance.absolute, 0),
      },
      strict: options.protects === 'within-tolerance',
      harm: between('harm', options.harm ?? 0.001),
      minimumErrors: atLeast('minimumErrors', options.minimumErrors ?? 3, 1),
      overdispersion: atLeast(`${where}overdispersion`, metric.overdispersion ?? options.overdispersion ?? 1, 1),
      findsOut: metric.overdispersion === undefined && options.overdispersion === undefined,
      weights: plannedWeights(options.weights ?? [1, 5, 10, 25, 50, 75]),
      history: counted(where, metric.history),
      buckets: bucketsOf(metric.history),
    },
  }
}

function counted(where: string, history: History = { requests: 0, failures: 0 }): { requests: number; failures: number } {
  const { requests, failures: failed } = history
  if (!(failed >= 0 && failed <= requests && Number.isFinite(requests))) {
    throw new RangeError(`${where}history has ${failed} failures of ${requests} requests; failures must be from 0 to the requests`)
  }
  return { requests, failures: failed }
}

function bucketsOf(history: History | undefined): MetricSettings['buckets'] {
  const { latency: counts, boundaries } = history ?? {}
  return counts === undefined || boundaries === undefined ? null : { counts, boundaries }
}

function slowHistory(history: History | undefined, slo: number): History | undefined {
  const buckets = bucketsOf(history)
  return buckets === null ? undefined : slowOf(buckets.counts, buckets.boundaries, slo)
}

/** Requests, and as failures those above the first boundary that is not below the objective. */
export function slowOf(counts: readonly number[], boundaries: readonly number[], slo: number): { requests: number; failures: number } {
  const last = boundaries.findIndex((boundary) => boundary >= slo)
  const requests = counts.reduce((sum, count) => sum + count, 0)
  const fast = counts.slice(0, last === -1 ? counts.length : last + 1).reduce((sum, count) => sum + count, 0)
  return { requests, failures: requests - fast }
}

/** Rising, without 0 (where there is nothing to judge), and with 100, which every release ends at. */
function plannedWeights(weights: readonly number[]): readonly number[] {
  for (const weight of weights) {
    if (!(weight >= 0 && weight <= 100)) throw new RangeError(`weights holds ${weight}; a weight is from 0 to 100 percent`)
  }
  return [...new Set([...weights, 100])].filter((weight) => weight > 0).sort((a, b) => a - b)
}

/** Between 0 and 1; `edge` is the one of the two that is allowed itself. */
function between(name: string, value: number, edge?: 0 | 1): number {
  if (!((value > 0 && value < 1) || (edge !== undefined && value === edge))) {
    throw new RangeError(`${name} is ${value}; it must be between 0 and 1${edge === undefined ? '' : `, or ${edge}`}`)
  }
  return value
}

function atLeast(name: string, value: number, low: number): number {
  if (!(value >= low && Number.isFinite(value))) throw new RangeError(`${name} is ${value}; it must be ${low} or more`)
  return value
}
