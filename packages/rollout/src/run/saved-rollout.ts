import type { Json } from '@deploy-kit/core'
import type { Lease } from '../lease/lease.ts'
import type { Plan } from '../plan/plan.ts'
import type { Percent } from '../release.ts'
import type { State } from '../state/state.ts'

/** Everything that is needed to go on with a rollout elsewhere. Plain JSON; it is the `state` of the lease. */
export interface SavedRollout {
  readonly format: 1
  readonly plan: Plan
  readonly state: State
  readonly startedAt: number
  /** Weight that was last seen in place. */
  readonly weight: Percent
  /** The judge's own state, so that its guarantee holds over a resume. */
  readonly judge: Json
}

/** The rollout that a lease holds; undefined when it was written by a version that this one does not understand. */
export const savedRollout = (lease: Lease): SavedRollout | undefined => {
  const state = lease.state as unknown as Partial<SavedRollout> | null
  return state?.format === 1 ? (state as SavedRollout) : undefined
}

export const startOf = (plan: Plan, now: number): SavedRollout => ({
  format: 1,
  plan,
  state: { phase: 'created' },
  startedAt: now,
  weight: 0,
  judge: null,
})
