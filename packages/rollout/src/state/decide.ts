import { KitError } from '@deploy-kit/core'
import type { GateName, Plan, Step } from '../plan/plan.ts'
import type { Release } from '../release.ts'
import type { Command } from './command.ts'
import type { ReturningPart, State } from './state.ts'

/** The command for a state; undefined when the rollout has ended. Pure: no clock, no effect. */
export const decide = (plan: Plan, state: State): Command | undefined => {
  switch (state.phase) {
    case 'created':
      return { type: 'start' }
    case 'preparing':
      return { type: 'prepare', release: plan.release }
    case 'gating':
      return { type: 'gate', gate: gateAt(gatesOf(plan, state.step), state.gate), side: 'canary', release: plan.release }
    case 'shifting':
      return { type: 'shift', weight: stepAt(plan, state.step).weight, release: plan.release }
    case 'baking':
      return { type: 'look', weight: stepAt(plan, state.step).weight, mode: 'rollout' }
    case 'approving':
      return { type: 'ask-approval', step: state.step }
    case 'promoting':
      return { type: plan.inPlace === undefined ? 'promote' : 'replace', release: plan.release }
    case 'checking-production':
      return { type: 'gate', gate: gateAt(plan.gatesAfter, state.gate), side: 'stable', release: plan.release }
    case 'watching':
      return { type: 'look', weight: 100, mode: 'watch' }
    case 'retreating':
      return retreating(plan)
    case 'discarding':
      return { type: 'discard' }
    case 'returning':
      return returning(plan, state.part)
    case 'promoted':
    case 'aborted':
    case 'rolled-back':
    case 'frozen':
      return undefined
  }
}

/** Home: one write that moves the traffic, or that restores what stood there. A first release in place leaves nothing to go back to. */
const retreating = (plan: Plan): Command => {
  if (plan.inPlace === undefined) return { type: 'shift', weight: 0 }
  return plan.replaces === undefined ? { type: 'discard' } : { type: 'restore', release: plan.replaces }
}

const returning = (plan: Plan, part: ReturningPart): Command => {
  switch (part) {
    case 'prepare':
      return { type: 'prepare', release: replaced(plan) }
    case 'shift':
      return { type: 'shift', weight: 100, release: replaced(plan) }
    case 'promote':
      return { type: 'promote', release: replaced(plan) }
    case 'discard':
      return { type: 'discard' }
    case 'restore':
      return { type: 'restore', release: replaced(plan) }
  }
}

export const gatesOf = (plan: Plan, step: number): readonly GateName[] => (step < 0 ? plan.gatesBefore : stepAt(plan, step).gates)

export const stepAt = (plan: Plan, index: number): Step => plan.steps[index] ?? fault(`the plan has no step ${index}`)

const gateAt = (gates: readonly GateName[], index: number): GateName => gates[index] ?? fault(`the plan has no gate ${index}`)

const replaced = (plan: Plan): Release => plan.replaces ?? fault('the plan replaces nothing that could come back')

const fault = (what: string): never => {
  throw new KitError('internal-error', what)
}
