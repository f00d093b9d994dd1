import { controlOdds } from './dispersion.ts'
import type { Evidence, MetricEvidence } from './evidence.ts'
import { isDeaf } from './liveness.ts'
import { viewOfMetric, type View } from './metric-view.ts'
import { evidenceIn } from './mixture.ts'
import type { Settings } from './options.ts'
import { intervalOf, readingOf, strataOf, type Sample } from './sample.ts'
import { errorsMetric, errorsOf, isLastWithStable } from './settings.ts'
import { shareLogEvidence } from './share.ts'
import { boundedPhi } from './clump-bound.ts'
import { measuredPhi, newSpread, phiOfLooks } from './spread.ts'
import type { JudgeState, Judgement } from './state.ts'

type Tests = Omit<JudgeState, 'series'>

/** What the tests say together. */
export function judgementOf(settings: Settings, tests: Tests, sample: Sample): Judgement {
  const { at, weight, mode } = sample
  const alone = mode === 'watch' || weight >= 100
  const stepWeight = alone || weight <= 0 ? 100 : weight
  const measured = tests.spread === null ? null : measuredPhi(tests.spread)
  const { findsOut, overdispersion: given } = errorsOf(settings)
  const phi = Math.max(given, measured ?? 1)
  const supposed = findsOut ? boundedPhi(tests.spread ?? newSpread()) : phi
  const lastOfStable = mode === 'rollout' && isLastWithStable(settings, weight) ? 1 - weight / 100 : null
  const moment = { at, startedAt: tests.startedAt, weight: stepWeight, alone, lastOfStable, measured: measured ?? 1, phi: supposed }
  const views = settings.metrics.flatMap((metric) => {
    const test = tests.metrics[metric.name]
    return test === undefined ? [] : [viewOfMetric(metric, test, moment)]
  })
  const errors = errorsIn(views)
  const guard = { odds: evidenceIn(tests.ceiling), needed: 1 / settings.ceilingFalseAlarms, ceiling: settings.ceiling }
  const control =
    tests.control === null
      ? null
      : { odds: controlOdds(tests.control, given, tests.spread === null ? 1 : phiOfLooks(tests.spread)), needed: settings.noisyAt }
  const noisy = control !== null && control.odds >= control.needed
  const worse = noisy ? undefined : views.find(({ fails }) => fails)
  const culprit =
    tests.failed ??
    worse?.evidence.metric ??
    (guard.odds >= guard.needed ? 'ceiling' : isDeaf(tests.silence, at, errors.canary.requests, settings) ? 'no-traffic' : null)
  const heard = [intervalOf(readingOf(sample, null)), ...strataOf(sample)]
  const silent = heard.every(({ canary, stable }) => canary.requests + stable.requests === 0)
  const sound = (lastOfStable === 1 || heard.some(({ canary }) => canary.requests > 0)) && views.every((view) => view.sound)
  const verdict = culprit !== null ? 'fail' : silent ? 'no-data' : noisy ? 'noisy' : sound ? 'pass' : 'insufficient'
  const evidence: Evidence = {
    verdict,
    culprit,
    ...errors,
    metrics: views.map((view): MetricEvidence => view.evidence),
    guard,
    overdispersion: { phi, measured: measured !== null, supposed },
    control,
    silence: tests.silence && { requests: tests.silence.requests, sinceMs: at - tests.silence.sinceAt, weight },
    share: shareOf(tests.step, stepWeight / 100),
  }
  const withinTolerance = views.every(({ tolerated }) => tolerated)
  return culprit === null ? { verdict, withinTolerance, evidence } : { verdict, withinTolerance, culprit, evidence }
}

/** The evidence of the failure rate, which stands at the top. */
function errorsIn(views: readonly View[]) {
  const errors = views.find(({ evidence }) => evidence.metric === errorsMetric)?.evidence
  if (errors?.kind !== 'failures') throw new Error('the metric of failures is always there')
  const { kind: _kind, metric: _metric, advisory: _advisory, ...numbers } = errors
  return numbers
}

function shareOf({ canary, stable }: JudgeState['step'], configured: number): Evidence['share'] {
  const all = canary + stable
  const odds = configured >= 1 || all === 0 ? 1 : Math.exp(Math.min(600, shareLogEvidence([configured, 1 - configured], [canary, stable])))
  return { observed: all === 0 ? null : canary / all, configured, odds }
}
