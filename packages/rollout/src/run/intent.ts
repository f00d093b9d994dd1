import type { Intent } from '../lease/lease.ts'
import type { Plan } from '../plan/plan.ts'
import type { Percent, Side } from '../release.ts'
import type { Command } from '../state/command.ts'
import type { State } from '../state/state.ts'

/** What is written ahead of a command: the weights it moves between and the side that is whole throughout. */
export const intentOf = (plan: Plan, state: State, command: Command, weight: Percent): Intent => ({
  safe: safeSide(state, weight),
  weight: { last: weight, next: nextWeight(command, weight) },
  from: plan.replaces?.digest,
  to: plan.release.digest,
  doing: doing(plan, state),
})

/**
 * The canary is the safe side once a promotion has begun and until stable is whole again, if it has all of the traffic
 * and so full capacity. Where it has less (a rolling update, a first release, a last step below 100 %) stable is replaced
 * under traffic and stands throughout. The way back after a promotion is the same, the other way round.
 */
const safeSide = (state: State, weight: Percent): Side =>
  (state.phase === 'promoting' || state.phase === 'returning') && weight === 100 ? 'canary' : 'stable'

const nextWeight = (command: Command, weight: Percent): Percent => {
  if (command.type === 'shift') return command.weight
  if (command.type === 'promote') return 0
  return weight
}

const doing = (plan: Plan, state: State): string => {
  if ('step' in state && state.step >= 0)
    return `${state.phase}, step ${state.step + 1} of ${plan.steps.length}, ${plan.steps[state.step]?.weight ?? 0} %`
  return state.phase.replaceAll('-', ' ')
}
