import { KitError } from '@deploy-kit/core'
import { safeWeight, type Intent } from '../lease/lease.ts'
import type { Plan } from '../plan/plan.ts'
import type { TargetState } from '../ports/target.ts'
import { sameRelease } from '../release.ts'
import { isBeforePromotion, type State } from './state.ts'

/**
 * The state to go on from after an interruption. Reality wins: what was stored says what was intended, what is
 * observed says how far it got. Repeating the command of the state is always safe.
 */
export const resume = (plan: Plan, stored: State, observed: TargetState): State => {
  const state = stored.phase === 'frozen' ? stored.at : stored
  if ((isBeforePromotion(state) || state.phase === 'promoting') && sameRelease(observed.stable?.release, plan.release)) {
    return plan.watchMs > 0 ? { phase: 'watching', since: -1, errors: 0 } : { phase: 'promoted', verified: false }
  }
  if (!isBeforePromotion(state)) return state
  // A canary that is gone, or that has no traffic, starts over: preparing what is ready costs one look.
  if (!sameRelease(observed.canary?.release, plan.release) || observed.weight === 0) return { phase: 'preparing' }
  const step = plan.steps.findIndex((candidate) => candidate.weight === observed.weight)
  return step < 0 ? { phase: 'preparing' } : { phase: 'shifting', step }
}

/**
 * Refuses to touch a weight that somebody else has set: one that is neither the last nor the next of the stored intent,
 * nor the safe one, which a dead-man switch of the target may have set.
 * @throws KitError `foreign-writer`
 */
export const refuseForeignWeight = (intent: Intent, observed: TargetState): void => {
  const known = new Set([intent.weight.last, intent.weight.next, safeWeight(intent), 0])
  if (known.has(observed.weight)) return
  throw new KitError(
    'foreign-writer',
    `The canary has ${observed.weight} % of the traffic; deploy-kit last set ${intent.weight.last} % and was about to set ${intent.weight.next} %. Nothing was touched.`,
  )
}
