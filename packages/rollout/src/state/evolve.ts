import type { Plan } from '../plan/plan.ts'
import type { Percent } from '../release.ts'
import { gatesOf, stepAt } from './decide.ts'
import type { Event, VerdictSummary } from './event.ts'
import { isBeforePromotion, isTerminal, type Reason, type State } from './state.ts'

/**
 * The state after an event. Pure and total: an event that does not fit a state changes nothing, so a late or repeated
 * one does no harm. Terminal states come first: a late abort cannot undo a promotion.
 */
export const evolve = (plan: Plan, state: State, event: Event): State => {
  if (isTerminal(state)) return state
  switch (event.type) {
    case 'abort':
      return aborted(plan, state, event.reason)
    case 'failed':
      return failed(plan, state, event.reason)
    case 'gate-failed':
      return failed(plan, state, event.reason)
    case 'freeze':
      return isBeforePromotion(state) && state.phase !== 'created' ? { phase: 'frozen', at: state } : state
    case 'started':
      return state.phase === 'created' ? begun(plan) : state
    case 'prepared':
      return prepared(plan, state)
    case 'gate-passed':
      return gatePassed(plan, state)
    case 'weight-set':
      return weightSet(plan, state, event.weight, event.at)
    case 'verdict':
      return judged(plan, state, event.verdict, event.at)
    case 'approval':
      return answered(plan, state, event.decision, event.by)
    case 'promoted':
      return promoted(plan, state, event.at)
    case 'discarded':
      return discarded(plan, state)
    case 'restored':
      return restored(plan, state)
  }
}

const begun = (plan: Plan): State => (plan.inPlace === 'at-once' ? { phase: 'promoting', cutShort: false } : { phase: 'preparing' })

/**
 * A cancelled job: before the promotion traffic goes back, afterwards what has begun is finished. A replacement in place that is not
 * complete goes back too: nobody has judged the release yet, and the one that it replaces was good.
 */
const aborted = (plan: Plan, state: State, reason: Reason): State => {
  if (state.phase === 'created') return { phase: 'aborted', reason }
  if (isBeforePromotion(state) || isReplacing(plan, state)) return { phase: 'retreating', reason }
  if (state.phase === 'watching' || state.phase === 'checking-production') return { phase: 'promoted', verified: false }
  return state.phase === 'promoting' ? { ...state, cutShort: true } : state
}

/** A failure: as an abort before the promotion; after it the replaced release comes back, where there is one. */
const failed = (plan: Plan, state: State, reason: Reason): State => {
  if (isBeforePromotion(state) || isReplacing(plan, state)) return aborted(plan, state, reason)
  if (state.phase !== 'watching' && state.phase !== 'checking-production') return state
  if (plan.replaces === undefined) return { phase: 'promoted', verified: false }
  return { phase: 'returning', part: plan.inPlace === undefined ? 'prepare' : 'restore', reason }
}

const isReplacing = (plan: Plan, state: State): boolean => state.phase === 'promoting' && plan.inPlace !== undefined

const prepared = (plan: Plan, state: State): State => {
  if (state.phase === 'preparing') return gateOr(plan, -1, 0)
  if (state.phase === 'returning' && state.part === 'prepare') return { ...state, part: 'shift' }
  return state
}

const gatePassed = (plan: Plan, state: State): State => {
  if (state.phase === 'gating') return gateOr(plan, state.step, state.gate + 1)
  if (state.phase === 'checking-production') return productionGateOr(plan, state.gate + 1)
  return state
}

/** The next gate of a step, or what follows its gates. A bake that begins after a gate is dated by its first look (`since` -1). */
const gateOr = (plan: Plan, step: number, gate: number, at?: number): State => {
  if (gate < gatesOf(plan, step).length) return { phase: 'gating', step, gate }
  if (step < 0) return next(plan, step)
  // People look at a preview while the judge gets to know stable, so they are asked first.
  return isPreview(plan, step) && stepAt(plan, step).approval ? { phase: 'approving', step } : bakeOr(plan, step, at)
}

/** A preview shows the canary to whoever has its address, and to no user. */
const isPreview = (plan: Plan, step: number): boolean => stepAt(plan, step).weight === 0

const bakeOr = (plan: Plan, step: number, at = -1): State =>
  stepAt(plan, step).bake === undefined ? afterBake(plan, step) : { phase: 'baking', step, since: at, errors: 0 }

const afterBake = (plan: Plan, step: number): State =>
  stepAt(plan, step).approval && !isPreview(plan, step) ? { phase: 'approving', step } : next(plan, step)

const next = (plan: Plan, step: number): State =>
  step + 1 < plan.steps.length ? { phase: 'shifting', step: step + 1 } : { phase: 'promoting', cutShort: false }

const weightSet = (plan: Plan, state: State, weight: Percent, at: number): State => {
  if (state.phase === 'shifting' && weight === stepAt(plan, state.step).weight) return gateOr(plan, state.step, 0, at)
  if (state.phase === 'retreating' && weight === 0 && plan.inPlace === undefined) return { phase: 'discarding', reason: state.reason }
  if (state.phase === 'returning' && state.part === 'shift' && weight === 100) return { ...state, part: 'promote' }
  return state
}

const judged = (plan: Plan, state: State, verdict: VerdictSummary, at: number): State => {
  if (state.phase === 'watching') return watched(plan, state, verdict, at)
  if (state.phase !== 'baking') return state
  const bake = stepAt(plan, state.step).bake
  const since = state.since < 0 ? at : state.since
  const baked = at - since
  const stay: State = { ...state, since, errors: 0 }
  switch (verdict.kind) {
    case 'fail':
      return { phase: 'retreating', reason: { code: 'canary-failing', text: verdict.text } }
    case 'pass':
      return baked >= (bake?.minMs ?? 0) ? afterBake(plan, state.step) : stay
    case 'provider-error':
      // Blindness is not health: after so many failed looks in a row the traffic goes back.
      return state.errors >= plan.providerErrorsAllowed
        ? { phase: 'retreating', reason: { code: 'metrics-unavailable', text: verdict.text } }
        : { ...stay, errors: state.errors + 1 }
    case 'insufficient':
      return baked < (bake?.maxMs ?? 0) ? stay : unproven(plan, stay, state.step, verdict)
  }
}

/** `bake.max` has passed without evidence enough. */
const unproven = (plan: Plan, stay: State, step: number, verdict: Extract<VerdictSummary, { kind: 'insufficient' }>): State => {
  const reason: Reason = { code: 'not-enough-evidence', text: verdict.text }
  switch (plan.onInsufficient) {
    case 'hold':
      return stay
    case 'abort':
      return { phase: 'retreating', reason }
    case 'promote-if-within-tolerance':
      return verdict.withinTolerance ? afterBake(plan, step) : { phase: 'retreating', reason }
  }
}

const watched = (plan: Plan, state: Extract<State, { phase: 'watching' }>, verdict: VerdictSummary, at: number): State => {
  if (verdict.kind === 'fail') return failed(plan, state, { code: 'watch-failed', text: verdict.text })
  const since = state.since < 0 ? at : state.since
  const errors = verdict.kind === 'provider-error' ? state.errors + 1 : 0
  const seen = state.seen || verdict.kind === 'pass' || (verdict.kind === 'insufficient' && verdict.withinTolerance)
  // A watch that saw nothing has verified nothing, but it is no reason to take a serving version away.
  if (at - since >= plan.watchMs) return { phase: 'promoted', verified: seen && errors === 0 }
  return { ...state, since, errors, seen }
}

const answered = (plan: Plan, state: State, decision: 'waiting' | 'approved' | 'rejected', by: string | undefined): State => {
  if (state.phase !== 'approving' || decision === 'waiting') return state
  if (decision === 'approved') return isPreview(plan, state.step) ? bakeOr(plan, state.step) : next(plan, state.step)
  return { phase: 'retreating', reason: { code: 'approval-rejected', text: `${by ?? 'Somebody'} rejected step ${state.step + 1}.` } }
}

const promoted = (plan: Plan, state: State, at: number): State => {
  if (state.phase === 'promoting') return state.cutShort ? { phase: 'promoted', verified: false } : productionGateOr(plan, 0, at)
  if (state.phase === 'returning' && state.part === 'promote') return { ...state, part: 'discard' }
  return state
}

const productionGateOr = (plan: Plan, gate: number, at?: number): State => {
  if (gate < plan.gatesAfter.length) return { phase: 'checking-production', gate }
  return plan.watchMs > 0 ? { phase: 'watching', since: at ?? -1, errors: 0, seen: false } : { phase: 'promoted', verified: true }
}

const discarded = (plan: Plan, state: State): State => {
  if (state.phase === 'discarding' || (state.phase === 'retreating' && plan.inPlace !== undefined))
    return { phase: 'aborted', reason: state.reason }
  if (state.phase === 'returning' && state.part === 'discard') return { phase: 'rolled-back', reason: state.reason }
  return state
}

const restored = (plan: Plan, state: State): State => {
  if (plan.inPlace === undefined) return state
  if (state.phase === 'retreating') return { phase: 'aborted', reason: state.reason }
  return state.phase === 'returning' && state.part === 'restore' ? { phase: 'rolled-back', reason: state.reason } : state
}
