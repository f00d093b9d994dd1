import { controlOdds } from './dispersion.ts'
import { sideEvidence, type Evidence, type FailureEvidence, type LatencyEvidence, type MetricEvidence } from './evidence.ts'
import { againstOdds, lookAtFailures, marginAt, newFailureTest, promotionOdds, type FailureTest } from './failure-test.ts'
import { isDeaf } from './liveness.ts'
import { evidenceIn } from './mixture.ts'
import type { MetricSettings, Settings } from './options.ts'
import { ratioInterval } from './rate-ratio.ts'
import { intervalOf, readingOf, type Interval, type Reading, type Sample, type SideSample } from './sample.ts'
import { errorsMetric, slowOf } from './settings.ts'
import { shareLogEvidence } from './share.ts'
import { excess, lookAtShape, newShapeTest, shapeOdds, viewOf, type ShapeTest } from './shape-test.ts'
import type { JudgeState, Judgement } from './state.ts'
import { insideTolerance, worstStretch } from './tally.ts'

interface Look {
  readonly sample: Sample
  readonly renewal: boolean
  readonly alone: boolean
}

/** One look at one metric. */
export function lookAtMetric(
  metric: MetricSettings,
  before: FailureTest | ShapeTest | undefined,
  { sample, renewal, alone }: Look,
): FailureTest | ShapeTest {
  const { at } = sample
  const reading = readingOf(sample, metric.source)
  if (metric.kind === 'latency') {
    const test = before?.kind === 'latency' ? before : newShapeTest(at)
    const { canary, stable, boundaries } = reading
    if (alone || boundaries === undefined || (canary?.latency ?? stable?.latency) === undefined) return test
    return lookAtShape(metric, test, { at, boundaries, canary: canary?.latency ?? [], stable: stable?.latency ?? [], renewal })
  }
  const test = before?.kind === 'failures' ? before : newFailureTest(metric, at)
  const interval = metric.slo === null ? intervalOf(reading) : slowInterval(reading, metric.slo)
  return lookAtFailures(metric, test, { at, interval, weight: sample.weight, alone, renewal })
}

function slowInterval({ canary, stable, boundaries }: Reading, slo: number): Interval {
  const slow = (side: SideSample | undefined) => slowOf(side?.latency ?? [], boundaries ?? [], slo)
  return { canary: slow(canary), stable: slow(stable) }
}

type Tests = Omit<JudgeState, 'series'>

/** What the tests say together. */
export function judgementOf(settings: Settings, tests: Tests, sample: Sample): Judgement {
  const { at, weight, mode } = sample
  const alone = mode === 'watch' || weight >= 100
  const stepWeight = mode === 'watch' || weight <= 0 ? 100 : weight
  const views = settings.metrics.flatMap((metric) => {
    const test = tests.metrics[metric.name]
    return test === undefined
      ? []
      : [test.kind === 'latency' ? latencyView(metric, test, tests, at) : failureView(metric, test, tests, at, stepWeight, alone)]
  })
  const guard = { odds: evidenceIn(tests.ceiling), needed: 1 / settings.ceilingFalseAlarms, ceiling: settings.ceiling }
  const control = tests.control === null ? null : { odds: controlOdds(tests.control), needed: settings.noisyAt }
  const noisy = control !== null && control.odds >= control.needed
  const worse = views.find(({ fails }) => fails)
  const culprit =
    tests.failed ??
    (worse !== undefined && !noisy ? worse.evidence.metric : null) ??
    (guard.odds >= guard.needed ? 'ceiling' : isDeaf(tests.silence, at, settings) ? 'no-traffic' : null)
  const interval = intervalOf(readingOf(sample, null))
  const silent = interval.canary.requests + interval.stable.requests === 0
  const sound = interval.canary.requests > 0 && views.every(({ sound: proven }) => proven)
  const verdict = culprit !== null ? 'fail' : silent ? 'no-data' : noisy ? 'noisy' : sound ? 'pass' : 'insufficient'
  const errors = views.find(({ evidence }) => evidence.metric === errorsMetric)?.evidence
  if (errors?.kind !== 'failures') throw new Error('the metric of failures is always there')
  const { kind: _, metric: __, advisory: ___, ...main } = errors
  const evidence: Evidence = {
    verdict,
    culprit,
    ...main,
    metrics: views.map(({ evidence: one }) => one),
    guard,
    control,
    silence: tests.silence === null ? null : { requests: tests.silence.requests, sinceMs: at - tests.silence.sinceAt, weight },
    share: shareOf(tests.step, stepWeight / 100),
  }
  const withinTolerance = views.every(({ tolerated }) => tolerated)
  return culprit === null ? { verdict, withinTolerance, evidence } : { verdict, withinTolerance, culprit, evidence }
}

interface View<E extends MetricEvidence> {
  readonly evidence: E
  /** Evidence enough against the canary, and an effect that matters. */
  readonly fails: boolean
  /** Evidence enough for it, or none is required. */
  readonly sound: boolean
  readonly tolerated: boolean
}

function failureView(
  metric: MetricSettings,
  test: FailureTest,
  tests: Tests,
  at: number,
  weight: number,
  alone: boolean,
): View<FailureEvidence> {
  const { tally } = test
  const reference = alone ? test.reference : null
  const { from, stretch } = worstStretch(tally, test.marks)
  const against = { odds: againstOdds(metric, test), needed: 1 / metric.alpha }
  const promotion = { odds: promotionOdds(metric, test, weight), needed: 1 / metric.beta, margin: marginAt(metric, weight) }
  const matters = stretch.canary.failures >= metric.minimumErrors && !insideTolerance(stretch, metric.tolerance)
  return {
    fails: !metric.advisory && against.odds >= against.needed && matters,
    sound: metric.advisory || promotion.odds >= promotion.needed,
    tolerated: metric.advisory || insideTolerance(tally, metric.tolerance),
    evidence: {
      kind: 'failures',
      metric: metric.name,
      advisory: metric.advisory,
      sinceMs: at - tests.startedAt,
      canary: sideEvidence(tally.canary),
      stable: sideEvidence(tally.stable),
      stretch: { sinceMs: at - from, canary: sideEvidence(stretch.canary), stable: sideEvidence(stretch.stable) },
      against,
      promotion,
      rateRatio: ratioInterval(test.ratio, 0.05),
      reference: reference === null ? null : { requests: reference.requests, failures: reference.failures, upper: reference.upper },
    },
  }
}

function latencyView(metric: MetricSettings, test: ShapeTest, tests: Tests, at: number): View<LatencyEvidence> {
  const { from, ...view } = viewOf(test, metric.tolerance)
  const against = { odds: shapeOdds(test), needed: 1 / metric.alpha }
  const tolerated = view.slower === null || excess(view.slower, metric.tolerance) <= 0
  return {
    fails: !metric.advisory && against.odds >= against.needed && !tolerated,
    sound: true,
    // Shares of a few requests say little, so a slowdown counts as one when there is some evidence of it.
    tolerated: metric.advisory || tolerated || against.odds < 3,
    evidence: {
      kind: 'latency',
      metric: metric.name,
      advisory: metric.advisory,
      sinceMs: at - tests.startedAt,
      against,
      stretch: { ...view, sinceMs: at - from },
    },
  }
}

function shareOf({ canary, stable }: JudgeState['step'], configured: number): Evidence['share'] {
  const all = canary + stable
  const odds = configured >= 1 || all === 0 ? 1 : Math.exp(Math.min(600, shareLogEvidence([configured, 1 - configured], [canary, stable])))
  return { observed: all === 0 ? null : canary / all, configured, odds }
}
