import { KitError } from '@deploy-kit/core'
import { safeWeight, type Intent } from '../lease/lease.ts'
import { shortDigest } from '../plan/describe-plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { TargetState } from '../ports/target.ts'
import { sameRelease, type Side } from '../release.ts'
import { evolve } from './evolve.ts'
import { isBeforePromotion, type State } from './state.ts'

/**
 * The state to go on from after an interruption. Reality wins: what was stored says what was intended, what is
 * observed says how far it got. Repeating the command of the state is always safe.
 */
export const resume = (plan: Plan, stored: State, observed: TargetState): State => {
  const state = stored.phase === 'frozen' ? stored.at : stored
  // The time in which nobody looked was not watched.
  if (state.phase === 'watching') return { ...state, since: -1, errors: 0 }
  if (state.phase === 'returning') return resumeReturn(plan, state, observed)
  if (!isBeforePromotion(state) && state.phase !== 'promoting') return state
  if (plan.inPlace !== undefined) return resumeInPlace(plan, state)
  if (sameRelease(observed.stable?.release, plan.release)) return resumePromotion(plan, state, observed)
  // A canary that is gone, or that has no traffic, starts over: preparing what is ready costs one look.
  if (!sameRelease(observed.canary?.release, plan.release)) return { phase: 'preparing' }
  if (state.phase === 'promoting') return state
  const step = observed.weight === 0 ? -1 : plan.steps.findIndex((candidate) => candidate.weight === observed.weight)
  return step < 0 ? { phase: 'preparing' } : { phase: 'shifting', step }
}

/** A replacement in place that had begun is repeated: what the workload says of itself does not tell how far its instances are. */
const resumeInPlace = (plan: Plan, state: State): State =>
  state.phase === 'promoting' || plan.inPlace === 'at-once' ? { phase: 'promoting', cutShort: false } : { phase: 'preparing' }

/** Stable is the new release already. While there is a canary, the promotion is not complete and is repeated. */
const resumePromotion = (plan: Plan, state: State, observed: TargetState): State => {
  const promoting: State = state.phase === 'promoting' ? state : { phase: 'promoting', cutShort: false }
  return observed.canary === undefined ? evolve(plan, promoting, { type: 'promoted', at: -1 }) : promoting
}

const resumeReturn = (plan: Plan, state: Extract<State, { phase: 'returning' }>, observed: TargetState): State => {
  if (state.part === 'restore' || sameRelease(observed.canary?.release, plan.replaces)) return state
  return { ...state, part: sameRelease(observed.stable?.release, plan.replaces) ? 'discard' : 'prepare' }
}

/**
 * Refuses to touch what somebody else has changed: a weight that is neither the last nor the next of the stored intent,
 * nor the safe one, which a dead-man switch of the target may have set; or a version that is neither of the two.
 * @throws KitError `foreign-writer`
 */
export const refuseForeignWriter = (intent: Intent, observed: TargetState): void => {
  const known = new Set([intent.weight.last, intent.weight.next, safeWeight(intent), 0])
  if (!known.has(observed.weight)) {
    throw new KitError(
      'foreign-writer',
      `The canary has ${observed.weight} % of the traffic; deploy-kit last set ${intent.weight.last} % and was about to set ${intent.weight.next} %. Nothing was touched.`,
    )
  }
  for (const side of ['stable', 'canary'] as const satisfies readonly Side[]) {
    const digest = observed[side]?.release.digest
    if (digest === undefined || digest === intent.from || digest === intent.to) continue
    const from = intent.from === undefined ? 'nothing' : shortDigest(intent.from)
    throw new KitError(
      'foreign-writer',
      `The ${side} side runs ${shortDigest(digest)}; deploy-kit was replacing ${from} by ${shortDigest(intent.to)}. Nothing was touched.`,
    )
  }
}
