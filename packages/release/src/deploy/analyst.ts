import { asKitError, KitError, messageOf, type Clock, type Json } from '@deploy-kit/core'
import {
  createJudge,
  describeEvidence,
  type History,
  type Judge,
  type Judgement,
  type JudgeOptions,
  type JudgeState,
  type Sample,
} from '@deploy-kit/judge'
import type { Analyst, CountSource, Evidence, Percent, Verdict } from '@deploy-kit/rollout'
import type { Judging } from './judging.ts'
import { TrafficSeen } from './traffic-seen.ts'

export interface AnalystContext {
  readonly judging: Judging
  /** What stable did before the rollout, where something is known of it. */
  readonly history?: History | undefined
  readonly clock: Clock
  readonly pollMs: number
}

/** Reads counts from a source and puts them before the judge. A source that fails yields `provider-error`, never a verdict. */
export const createAnalyst = (source: CountSource, { judging, history, clock, pollMs }: AnalystContext): Analyst => {
  const traffic = new TrafficSeen(pollMs, judging)
  let known = history
  let judge: Judge = createJudge(optionsWith(judging.options, known))
  let step: Step = { weight: 0, before: 0, since: 0 }
  return {
    look: async ({ weight, mode, stepBegan }, signal): Promise<Verdict> => {
      const counts = await source.read(signal).catch((error: unknown) => asKitError(error))
      signal.throwIfAborted()
      if (counts instanceof Error) return { kind: 'provider-error', error: counts }
      if (weight !== step.weight) step = { weight, before: step.weight, since: clock.now() }
      const { unread: [unread] = [], from, ...sample } = counts
      // A source with a lag still tells of the time before the step, when the canary had another weight.
      const isLate = from !== undefined && from < step.since
      const heard = { ...sample, at: Math.max(counts.at, 0) || clock.now(), weight: isLate ? step.before : weight, mode, stepBegan }
      const judgement = observe(judge, heard)
      if (judgement instanceof KitError) return { kind: 'provider-error', error: judgement }
      const ahead = mode === 'watch' ? undefined : traffic.add(heard, judgement.evidence.overdispersion, judge.state()?.spread ?? null)
      const evidence: Evidence = {
        text: describeEvidence(judgement.evidence),
        numbers: judgement.evidence as unknown as Json,
        ...(ahead !== undefined && { ahead }),
      }
      // What can be heard may send the canary back; while a source is silent nothing can pass, as if it had nothing to say.
      if (unread !== undefined && judgement.verdict !== 'fail') return { kind: 'provider-error', error: unread }
      switch (judgement.verdict) {
        case 'pass':
          // What was good at the weight before proves nothing of this one.
          return isLate ? { kind: 'insufficient', evidence, withinTolerance: judgement.withinTolerance } : { kind: 'pass', evidence }
        case 'fail':
          return { kind: 'fail', evidence, culprit: judgement.culprit ?? 'errors' }
        case 'insufficient':
        case 'noisy':
        case 'no-data':
          return { kind: 'insufficient', evidence, withinTolerance: judgement.withinTolerance && judgement.verdict === 'insufficient' }
      }
    },
    state: () => {
      const state = judge.state()
      return state === null ? null : (saved(state, known) as unknown as Json)
    },
    restore: (state) => {
      judge = judgeFrom(state, judging.options)
      known = (state as unknown as SavedJudge).history
    },
  }
}

/** How failures of stable clumped, from the saved state; undefined where there were none to measure. */
export const clumpsIn = (state: Json): Json | undefined => {
  const spread = (state as unknown as SavedJudge | null)?.judge.spread ?? undefined
  return spread !== undefined && spread.some(({ v }) => v > 0) ? (spread as unknown as Json) : undefined
}

/** What is saved with the lease. How failures clumped before is in the judge's own state already. */
interface SavedJudge {
  readonly judge: JudgeState
  readonly history?: Pick<History, 'requests' | 'failures'>
}

const saved = (judge: JudgeState, history: History | undefined): SavedJudge =>
  history === undefined ? { judge } : { judge, history: { requests: history.requests, failures: history.failures } }

const optionsWith = (options: JudgeOptions, history: History | undefined): JudgeOptions =>
  history === undefined ? options : { ...options, history }

const judgeFrom = (state: Json, options: JudgeOptions): Judge => {
  const { judge, history } = state as unknown as SavedJudge
  return createJudge(optionsWith(options, history), judge)
}

/** Why a judge with these options cannot go on from a saved state; undefined when it can. @returns KitError `judge-changed` */
export const objectionTo = (state: Json, options: JudgeOptions): KitError | undefined => {
  if (state === null) return undefined
  try {
    judgeFrom(state, options)
    return undefined
  } catch (error) {
    return new KitError('judge-changed', `What the judge knew of this rollout cannot be carried on: ${messageOf(error)}.`, { cause: error })
  }
}

/** The weight that is in place, the one before it, and a time by which it was in place, in milliseconds since the epoch. */
interface Step {
  readonly weight: Percent
  readonly before: Percent
  readonly since: number
}

/** Counts that cannot be, such as more failures than requests, are a fault of their source. */
const observe = (judge: Judge, sample: Sample): Judgement | KitError => {
  try {
    return judge.observe(sample)
  } catch (error) {
    return new KitError('metrics-unavailable', `The source gave counts that cannot be: ${messageOf(error)}`, { cause: error })
  }
}
