import { lookAtCeiling, newCeilingTest } from './ceiling.ts'
import { controlOdds, lookAtControl, newControl, type Control } from './dispersion.ts'
import { listen } from './liveness.ts'
import { lookAtMetric, newTest } from './metric-look.ts'
import type { JudgeOptions, Settings } from './options.ts'
import { checkSample, intervalOf, readingOf, type Sample } from './sample.ts'
import { addPoint, drawn, type SeriesPoint } from './series.ts'
import { errorsOf, settingsOf } from './settings.ts'
import { measure, measureAlone, measuredPhi, newSpread, phiOfLooks, type Spread } from './spread.ts'
import type { JudgeState, Judgement } from './state.ts'
import { judgementOf } from './verdict.ts'

/** Looks at counts, one interval after the other, and says at every look what the evidence allows to say. */
export interface Judge {
  /**
   * One more interval. May be called as often as one likes: the error budgets hold over all looks together.
   * @throws RangeError for counts that cannot be
   */
  observe(sample: Sample): Judgement
  /** What to save, as plain JSON; null before the first sample. A judge restored from it goes on with bit-identical results. */
  state(): JudgeState | null
  /** The looks so far, for a chart; thinned out when they are many. */
  series(): readonly SeriesPoint[]
}

/**
 * Makes a judge for one rollout, or goes on where a saved one stopped (with the same options).
 * @throws RangeError when an option is outside its range, or the saved state is of another version, or was made for other metrics or weights
 */
export function createJudge(options: JudgeOptions = {}, saved?: JudgeState | null): Judge {
  const settings = settingsOf(options)
  let state = saved ?? null
  if (state !== null) checkState(settings, state)
  return {
    observe(sample) {
      checkSample(sample)
      const first = state === null
      const before = state ?? firstState(settings, sample.at)
      const stale = !first && sample.at <= before.at
      const after = observe(settings, before, stale ? withoutCounts(sample, before.at) : sample, first)
      state = stale ? { ...after.state, series: before.series } : after.state
      return after.judgement
    },
    state: () => state,
    series: () => state?.series ?? [],
  }
}

function checkState(settings: Settings, state: JudgeState): void {
  if (state.version !== 2) throw new RangeError(`the saved state has version ${String(state.version)}; this judge reads version 2`)
  // Stores may reorder the keys of a document.
  const names = settings.metrics
    .map(({ name }) => name)
    .sort()
    .join(', ')
  const saved = Object.keys(state.metrics).sort().join(', ')
  if (saved !== names) throw new RangeError(`the saved state has the metrics ${saved} and the options ${names}; they must be the same`)
  for (const { name, weights } of settings.metrics) {
    const test = state.metrics[name]
    if (test?.kind === 'failures' && test.promotion.length !== weights.length) {
      throw new RangeError(
        `the saved state was made for ${test.promotion.length} weights and the options have ${weights.length}; the plan must be the same`,
      )
    }
  }
}

function isNoisy(settings: Settings, control: Control, spread: Spread | null): boolean {
  return controlOdds(control, errorsOf(settings).overdispersion, spread === null ? 1 : phiOfLooks(spread)) >= settings.noisyAt
}

/** A sample that brings nothing new still says what the weight is and whether a step began. */
function withoutCounts({ weight, stepBegan, mode }: Sample, at: number): Sample {
  return { at, weight, stepBegan, mode }
}

function firstState({ metrics, spread }: Settings, at: number): JudgeState {
  return {
    version: 2,
    startedAt: at,
    at,
    renewedAt: at,
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, newTest(metric, at)])),
    ceiling: newCeilingTest(),
    spread,
    control: null,
    silence: null,
    step: { canary: 0, stable: 0 },
    failed: null,
    series: [],
  }
}

interface Observed {
  readonly state: JudgeState
  readonly judgement: Judgement
}

function observe(settings: Settings, before: JudgeState, sample: Sample, first: boolean): Observed {
  const { at, weight, mode, stepBegan } = sample
  // In a watch the instances are those of the version that is judged: that they differ may be its fault, and no noise.
  const halves = mode === 'watch' ? undefined : sample.halves
  const given = errorsOf(settings).overdispersion
  const interval = intervalOf(readingOf(sample, null))
  const renewal = first || stepBegan || at - before.renewedAt >= settings.restartEveryMs
  const stays = before.control !== null && isNoisy(settings, before.control, before.spread)
  const spread = stays
    ? before.spread
    : halves !== undefined
      ? measure(before.spread ?? newSpread(), { first: halves[0], second: halves[1] })
      : errorsOf(settings).findsOut && mode === 'rollout' && weight < 100
        ? measureAlone(before.spread ?? newSpread(), interval.stable)
        : before.spread
  const phi = spread === null ? null : measuredPhi(spread)
  const look = { sample, renewal, alone: mode === 'watch' || weight >= 100, phi }
  const stepBefore = stepBegan ? { canary: 0, stable: 0 } : before.step
  const control =
    // What was noisy once does not become sound by waiting.
    stays || halves === undefined
      ? before.control
      : lookAtControl(before.control ?? newControl(), { first: halves[0], second: halves[1] }, given)
  const next = {
    ...before,
    at,
    renewedAt: renewal ? at : before.renewedAt,
    metrics: Object.fromEntries(
      settings.metrics.map((metric) => [metric.name, lookAtMetric(metric, before.metrics[metric.name] ?? newTest(metric, at), look)]),
    ),
    ceiling: lookAtCeiling(before.ceiling, interval, settings.ceiling, Math.max(given, phi ?? 1)),
    spread,
    control,
    silence: mode === 'watch' ? null : listen(before.silence, before.at, weight, stepBegan, interval),
    step: { canary: stepBefore.canary + interval.canary.requests, stable: stepBefore.stable + interval.stable.requests },
  }
  const judgement = judgementOf(settings, next, sample)
  const { evidence } = judgement
  const series = addPoint(before.series, {
    at,
    weight,
    canary: [interval.canary.requests, interval.canary.failures],
    stable: [interval.stable.requests, interval.stable.failures],
    promotion: drawn(evidence.promotion.odds),
    against: Object.fromEntries(evidence.metrics.map(({ metric, against }) => [metric, drawn(against.odds)])),
  })
  return { state: { ...next, failed: judgement.culprit ?? null, series }, judgement }
}
