import type { ReasonCode } from '@deploy-kit/core'

/** Why a rollout ended as it did. */
export interface Reason {
  readonly code: ReasonCode
  readonly text: string
}

/** Where a rollout stands. Plain JSON: it is stored in the lease before each change. */
export type State =
  | { readonly phase: 'created' }
  | { readonly phase: 'preparing' }
  /** Checking the canary: before traffic (`step` -1), or at a step. */
  | { readonly phase: 'gating'; readonly step: number; readonly gate: number }
  | { readonly phase: 'shifting'; readonly step: number }
  /** `errors` counts failed looks in a row. */
  | { readonly phase: 'baking'; readonly step: number; readonly since: number; readonly errors: number }
  | { readonly phase: 'approving'; readonly step: number }
  /** From here on the canary is the safe side until stable is whole again. `cutShort`: a cancelled job finishes it and ends. */
  | { readonly phase: 'promoting'; readonly cutShort: boolean }
  | { readonly phase: 'checking-production'; readonly gate: number }
  /** `seen`: whether a look found the version within its tolerance; a watch that saw nothing has verified nothing. */
  | { readonly phase: 'watching'; readonly since: number; readonly errors: number; readonly seen: boolean }
  /** Inside the rollout: traffic back to stable, then the canary goes; in place the replaced release comes back, and that is all. */
  | { readonly phase: 'retreating'; readonly reason: Reason }
  | { readonly phase: 'discarding'; readonly reason: Reason }
  /** After the promotion: the replaced release comes back the way a release comes, in one step, or is restored in place. */
  | { readonly phase: 'returning'; readonly part: ReturningPart; readonly reason: Reason }
  | { readonly phase: 'promoted'; readonly verified: boolean }
  | { readonly phase: 'aborted'; readonly reason: Reason }
  | { readonly phase: 'rolled-back'; readonly reason: Reason }
  | { readonly phase: 'frozen'; readonly at: ResumableState }

export type ReturningPart = 'prepare' | 'shift' | 'promote' | 'discard' | 'restore'

/** A state that a rollout can be frozen in and resumed from. */
export type ResumableState = Extract<State, { phase: 'preparing' | 'gating' | 'shifting' | 'baking' | 'approving' }>

export type Terminal = Extract<State, { phase: 'promoted' | 'aborted' | 'rolled-back' | 'frozen' }>

export const isTerminal = (state: State): state is Terminal =>
  state.phase === 'promoted' || state.phase === 'aborted' || state.phase === 'rolled-back' || state.phase === 'frozen'

/** Whether an abort still changes where the traffic goes: afterwards a late one cannot undo the promotion. */
export const isBeforePromotion = (state: State): state is ResumableState | Extract<State, { phase: 'created' }> =>
  ['created', 'preparing', 'gating', 'shifting', 'baking', 'approving'].includes(state.phase)
