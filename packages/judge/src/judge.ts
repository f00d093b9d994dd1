import { lookAtCeiling, newCeilingTest } from './ceiling.ts'
import { sideEvidence, type Evidence } from './evidence.ts'
import { againstOdds, lookAtFailures, marginAt, newFailureTest, promotionOdds, type FailureTest } from './failure-test.ts'
import { isDeaf, listen, type Silence } from './liveness.ts'
import { evidenceIn, type Mixture } from './mixture.ts'
import { settingsOf, type JudgeOptions, type Settings } from './options.ts'
import { checkSample, intervalOf, type Sample } from './sample.ts'
import { insideTolerance, worstStretch } from './tally.ts'

export interface Judgement {
  /**
   * `pass`: evidence enough that the canary is better than the margin of this step. `fail`: evidence enough that it is worse, once said never
   * taken back. `insufficient`: neither yet. `noisy`: the environment differs from itself, so statistics alone decide nothing.
   * `no-data`: neither side had a request.
   */
  readonly verdict: Evidence['verdict']
  /** Whether the rates seen so far lie inside the tolerance, whatever the evidence. */
  readonly withinTolerance: boolean
  /** What failed, when the verdict is `fail`. */
  readonly culprit?: string
  readonly evidence: Evidence
}

/** Everything a judge remembers; plain JSON, a few hundred numbers. */
export interface JudgeState {
  readonly version: 1
  readonly startedAt: number
  readonly at: number
  readonly restartedAt: number
  readonly errors: FailureTest
  readonly ceiling: Mixture
  readonly silence: Silence | null
  /** Whether the canary had a request since the present step began. */
  readonly heard: boolean
  readonly failed: string | null
  /** The last judgement, repeated when a sample arrives twice. */
  readonly last: Judgement
}

/** Looks at counts, one interval after the other, and says at every look what the evidence allows to say. */
export interface Judge {
  /**
   * One more interval. May be called as often as one likes: the error budgets hold over all looks together.
   * @throws RangeError for counts that cannot be
   */
  observe(sample: Sample): Judgement
  /** What to save, as plain JSON; null before the first sample. A judge restored from it goes on with bit-identical results. */
  state(): JudgeState | null
}

/**
 * Makes a judge for one rollout, or goes on where a saved one stopped (with the same options).
 * @throws RangeError when an option is outside its range, or the saved state is of another version
 */
export function createJudge(options: JudgeOptions = {}, saved?: JudgeState | null): Judge {
  const settings = settingsOf(options)
  let state = saved ?? null
  if (state !== null && state.version !== 1) {
    throw new RangeError(`the saved state has version ${String(state.version)}; this judge reads version 1`)
  }
  return {
    observe(sample) {
      checkSample(sample)
      if (state === null || sample.at > state.at) state = observe(settings, state, sample)
      return state.last
    },
    state: () => state,
  }
}

function observe(settings: Settings, before: JudgeState | null, sample: Sample): JudgeState {
  const { at, weight, mode } = sample
  const interval = intervalOf(sample)
  const fromAt = before?.at ?? at
  const errorsBefore = before?.errors ?? newFailureTest(settings, at)
  const renewal = before === null || sample.stepBegan || at - before.restartedAt >= settings.restartEveryMs
  const alone = mode === 'watch' || weight >= 100
  const errors = lookAtFailures(settings, errorsBefore, { at, interval, alone, renewal })
  const ceiling = lookAtCeiling(before?.ceiling ?? newCeilingTest(), interval, settings.ceiling, settings.overdispersion)
  const silence = mode === 'watch' ? null : listen(before?.silence ?? null, fromAt, weight, sample.stepBegan, interval)
  const heard = interval.canary.requests > 0 || (before?.heard === true && !sample.stepBegan)
  const tests = { errors, ceiling, silence, heard, failed: before?.failed ?? null }
  const last = judgement(settings, tests, sample, before?.startedAt ?? at)
  return {
    version: 1,
    startedAt: before?.startedAt ?? at,
    at,
    restartedAt: renewal ? at : (before?.restartedAt ?? at),
    ...tests,
    failed: last.culprit ?? null,
    last,
  }
}

type Tests = Pick<JudgeState, 'errors' | 'ceiling' | 'silence' | 'heard' | 'failed'>

function judgement(settings: Settings, tests: Tests, sample: Sample, startedAt: number): Judgement {
  const { at, weight, mode } = sample
  const { tally, marks, reference } = tests.errors
  const { from, stretch } = worstStretch(tally, marks)
  const stepWeight = mode === 'watch' || weight <= 0 ? 100 : weight
  const odds = {
    against: { odds: againstOdds(settings, tests.errors), needed: 1 / settings.falseRollbacks },
    promotion: {
      odds: promotionOdds(settings, tests.errors, stepWeight),
      needed: 1 / settings.falsePromotions,
      margin: marginAt(settings, stepWeight),
    },
    guard: { odds: evidenceIn(tests.ceiling), needed: 1 / settings.ceilingFalseAlarms, ceiling: settings.ceiling },
  }
  const worse = odds.against.odds >= odds.against.needed
  const matters = stretch.canary.failures >= settings.minimumErrors && !insideTolerance(stretch, settings.tolerance)
  const deaf = isDeaf(tests.silence, at, settings)
  const culprit =
    tests.failed ?? (worse && matters ? 'errors' : odds.guard.odds >= odds.guard.needed ? 'ceiling' : deaf ? 'no-traffic' : null)
  const interval = intervalOf(sample)
  const enough = odds.promotion.odds >= odds.promotion.needed && tests.heard && interval.canary.requests > 0
  const silent = interval.canary.requests + interval.stable.requests === 0
  const verdict = culprit !== null ? 'fail' : silent ? 'no-data' : enough ? 'pass' : 'insufficient'
  const evidence: Evidence = {
    verdict,
    culprit,
    sinceMs: at - startedAt,
    canary: sideEvidence(tally.canary),
    stable: sideEvidence(tally.stable),
    stretch: { sinceMs: at - from, canary: sideEvidence(stretch.canary), stable: sideEvidence(stretch.stable) },
    ...odds,
    reference: reference === null ? null : { requests: reference.requests, failures: reference.failures, upper: reference.upper },
    silence: tests.silence === null ? null : { requests: tests.silence.requests, sinceMs: at - tests.silence.sinceAt, weight },
  }
  const withinTolerance = insideTolerance(tally, settings.tolerance)
  return culprit === null ? { verdict, withinTolerance, evidence } : { verdict, withinTolerance, culprit, evidence }
}
