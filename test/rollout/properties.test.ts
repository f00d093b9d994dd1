import { describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import {
  decide,
  evolve,
  isTerminal,
  leaseDocument,
  safeWeight,
  savedRollout,
  type Event,
  type Lease,
  type Plan,
  type State,
  type Terminal,
} from '@deploy-kit/rollout'
import * as fc from 'fast-check'
import { anyChance, anyEvent, anyPlan, anyState, verdictOf, type Chance } from './arbitraries.ts'
import { Story } from './story.ts'

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const abort: Event = { type: 'abort', reason: { code: 'cancelled', text: 'SIGINT' } }
const planAnd = <T>(more: (plan: Plan) => fc.Arbitrary<T>): fc.Arbitrary<readonly [Plan, T]> =>
  anyPlan.chain((plan) => more(plan).map((one) => [plan, one] as const))
const planAndEvents = planAnd((plan) => fc.array(anyEvent(plan), { maxLength: 60 }))

describe('the state machine', () => {
  test('survives JSON in every state, and decides the same afterwards', () => {
    fc.assert(
      fc.property(planAndEvents, ([plan, events]) => {
        let state: State = { phase: 'created' }
        for (const event of events) {
          state = evolve(plan, state, event)
          expect(json(state)).toEqual(state)
          expect(decide(json(plan), json(state))).toEqual(decide(plan, state))
        }
      }),
    )
  })

  test('stays at an end that it has reached', () => {
    fc.assert(
      fc.property(
        planAnd((plan) => fc.tuple(anyState(plan), anyEvent(plan))),
        ([plan, [state, event]]) => {
          fc.pre(isTerminal(state))
          expect(evolve(plan, state, event)).toBe(state)
          expect(decide(plan, state)).toBeUndefined()
        },
      ),
    )
  })

  test('moves the traffic only to weights of the plan, home, or back to the replaced release', () => {
    fc.assert(
      fc.property(planAndEvents, ([plan, events]) => {
        let state: State = { phase: 'created' }
        for (const event of events) {
          state = evolve(plan, state, event)
          const command = decide(plan, state)
          if (command?.type !== 'shift') continue
          const allowed = state.phase === 'shifting' ? plan.steps.map(({ weight }) => weight) : state.phase === 'returning' ? [100] : [0]
          expect(allowed).toContain(command.weight)
        }
      }),
    )
  })

  test('goes home once it was told to, whatever else it hears', () => {
    const before = new Set<State['phase']>(['preparing', 'gating', 'shifting', 'baking', 'approving'])
    fc.assert(
      fc.property(
        planAnd((plan) => fc.tuple(anyState(plan), fc.array(anyEvent(plan), { maxLength: 40 }))),
        ([plan, [from, events]]) => {
          fc.pre(before.has(from.phase))
          const failing: Event = { type: 'verdict', verdict: { kind: 'fail', text: 'worse' }, at: 0 }
          for (const first of from.phase === 'baking' ? [abort, failing] : [abort]) {
            let state = evolve(plan, from, first)
            for (const event of events) {
              expect(['retreating', 'discarding', 'aborted']).toContain(state.phase)
              state = evolve(plan, state, event)
            }
          }
        },
      ),
    )
  })

  test('does not undo a promotion that has begun, however late or often it is told to abort', () => {
    fc.assert(
      fc.property(
        planAnd((plan) => anyState(plan)),
        ([plan, from]) => {
          // A replacement in place that is not complete goes back: nobody has judged it.
          fc.pre(from.phase !== 'promoting' || plan.inPlace === undefined)
          fc.pre(['promoting', 'checking-production', 'watching', 'promoted'].includes(from.phase))
          let state: State = from
          for (let told = 0; !isTerminal(state); told += 1) {
            state = evolve(plan, state, abort)
            if (decide(plan, state)?.type === 'promote') state = evolve(plan, state, { type: 'promoted', at: told })
          }
          expect(state.phase).toBe('promoted')
        },
      ),
    )
  })
})

/** A rollout in a world of chance, and all that happened. */
const rollout = async (plan: Plan, chance: Chance) => {
  const story = new Story()
  if (plan.replaces === undefined) story.target.stable = undefined
  if (plan.inPlace !== undefined) story.target.replacedInPlace(plan.inPlace)
  const down = new KitError('platform-unreachable', 'connect ECONNREFUSED')
  let call = 0
  let look = 0
  let gate = 0
  let question = 0
  const violations: string[] = []
  story.verdict = () => {
    if (look === chance.switchAt && story.target.canary !== undefined) story.target.weight = 0
    return verdictOf(chance.verdicts[look++] ?? chance.later, { kind: 'provider-error', error: down })
  }
  story.smoke = async () => ({ passed: chance.smoke[gate++] ?? true, text: 'by chance' })
  story.approval = async () => ({ decision: chance.approvals[question++] ?? 'approved' })
  story.target.before = async (name) => {
    violations.push(...(await faultsOf(story, plan, name)))
    if (call === chance.cancelAt) story.cancel.abort(new KitError('cancelled', 'SIGINT'))
    if (chance.calls[call] === 'fails' && !(name.startsWith('replace') && call % 2 === 1)) {
      call += 1
      throw down
    }
  }
  story.target.midway = () => {
    if (chance.calls[call] !== 'fails') return
    call += 1
    throw down
  }
  story.target.after = () => {
    if (chance.calls[call++] === 'answer lost') throw down
  }
  const end = await story.run(plan, { onCancel: chance.onCancel }).catch((error: unknown) => error as KitError)
  return { story, end, violations }
}

/** What must hold whenever something is about to be changed. */
const faultsOf = async ({ documents, target }: Story, plan: Plan, call: string): Promise<readonly string[]> => {
  const found = await documents.read(leaseDocument)
  if (found === undefined) return [`${call} without a lease`]
  const lease = found.value as unknown as Lease
  const { intent } = lease
  const faults: string[] = []
  // The canary is whole once it has had all of the traffic. Stable is, but while it is replaced by a canary that has it.
  const hasAll = target.canary !== undefined && target.weight === 100
  const isWhole = intent.safe === 'canary' ? hasAll : !(call === 'promote' && hasAll) && (target.stable ?? plan.replaces) === target.stable
  if (!isWhole) faults.push(`${call}: the safe side, ${intent.safe}, is not whole`)
  const weight = Number(/^shift (\d+)/.exec(call)?.[1] ?? (call === 'promote' ? 0 : target.weight))
  if (![intent.weight.last, intent.weight.next, safeWeight(intent), 0].includes(weight)) faults.push(`${call}: not in the stored intent`)
  if (![intent.weight.last, intent.weight.next, safeWeight(intent), 0].includes(target.weight))
    faults.push(`${call}: would look like another writer's weight after a kill`)
  if (savedRollout(lease) === undefined) faults.push(`${call}: the saved state cannot be read`)
  return faults
}

const isEnd = (end: Terminal | KitError): end is Terminal => !(end instanceof Error)
const runs = { numRuns: 400 }

describe('a rollout in any world', () => {
  test('changes nothing but under a lease whose intent covers the change and whose safe side stands', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyChance, async (plan, chance) => {
        expect((await rollout(plan, chance)).violations).toEqual([])
      }),
      runs,
    )
  })

  test('ends, or says why it cannot and leaves its lease; then reconcile ends it', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyChance, async (plan, chance) => {
        const { story, end } = await rollout(plan, chance)
        const stays = !isEnd(end) || end.phase === 'frozen'
        expect((await story.documents.read(leaseDocument)) !== undefined).toBe(stays)
        story.target.before = () => undefined
        story.target.midway = () => undefined
        story.target.after = () => undefined
        if (stays) expect(isTerminal((await story.reconcile()) ?? { phase: 'created' })).toBe(true)
        const { stable, canary, weight } = story.target
        expect({ canary, weight }).toEqual({ canary: undefined, weight: 0 })
        expect([plan.release.version, plan.replaces?.version]).toContain(stable?.version)
        expect(await story.documents.read(leaseDocument)).toBeUndefined()
      }),
      runs,
    )
  })

  test('serves what its end says', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyChance, async (plan, chance) => {
        const { story, end } = await rollout(plan, chance)
        fc.pre(isEnd(end) && end.phase !== 'frozen')
        const isPromoted = isEnd(end) && end.phase === 'promoted'
        // A first release that is given up in place stands as far as it came: there is nothing to go back to.
        fc.pre(isPromoted || plan.inPlace === undefined || plan.replaces !== undefined)
        expect(story.target.stable).toEqual(isPromoted ? plan.release : plan.replaces)
        expect(story.target.isWhole).toBe(true)
      }),
      runs,
    )
  })

  test('never promotes after a failing verdict or a failed gate, and never after the traffic was returned', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyChance, async (plan, chance) => {
        const { story } = await rollout(plan, chance)
        const bad = story.events.findIndex(
          ({ event }) =>
            (event.type === 'verdict' && event.verdict.kind === 'fail') ||
            event.type === 'gate-failed' ||
            (event.type === 'failed' && event.reason.code === 'weight-returned'),
        )
        fc.pre(bad >= 0)
        const before = story.events.slice(0, bad).some(({ event }) => event.type === 'promoted')
        const promotions = story.events.slice(bad).filter(({ event }) => event.type === 'promoted').length
        // After a promotion, the one that may follow is that of the replaced release, on the way back.
        expect(promotions).toBeLessThanOrEqual(before ? 1 : 0)
        if (before && promotions === 1) expect(story.target.stable).toEqual(plan.replaces)
      }),
      runs,
    )
  })

  test('puts only weights of the plan in place', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyChance, async (plan, chance) => {
        const { story, end } = await rollout(plan, chance)
        const back = !isEnd(end) || end.phase === 'rolled-back' ? [100] : []
        const allowed = new Set([0, ...plan.steps.map(({ weight }) => weight), ...back])
        expect(story.target.weights.filter((weight) => !allowed.has(weight))).toEqual([])
      }),
      runs,
    )
  })
})
