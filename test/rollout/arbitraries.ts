import * as fc from 'fast-check'
import type { Event, Plan, PlanRequest, ResumableState, State, Verdict } from '@deploy-kit/rollout'
import { fails, knowsNothing, passes, plan, release, step } from './story.ts'

const bake = fc.option(
  fc.tuple(fc.nat(40_000), fc.nat(40_000)).map(([min, more]) => ({ minMs: min, maxMs: min + more })),
  { nil: undefined },
)

const steps: fc.Arbitrary<PlanRequest['steps']> = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 })
  .map((weights) => weights.toSorted((a, b) => a - b))
  .chain((weights) =>
    fc.tuple(
      ...weights.map((weight) =>
        fc.record({ bake, gates: fc.constantFrom([], ['smoke'] as const), approval: fc.boolean() }).map((more) =>
          // Nothing can be judged without requests.
          step(weight, weight === 0 ? { ...more, bake: undefined } : more),
        ),
      ),
    ),
  )

/** Any plan that can be made. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    strategy: fc.constantFrom('canary', 'canary', 'blue-green', 'rolling'),
    inPlace: fc.constantFrom(undefined, { as: 'after-preview', only: false } as const, { as: 'at-once', only: false } as const),
    steps,
    replaces: fc.constantFrom(release('v1'), release('v1'), release('v1'), undefined),
    smoke: fc.boolean(),
    approvePreview: fc.boolean(),
    watchMs: fc.constantFrom(0, 5_000, 30_000),
    onInsufficient: fc.constantFrom('hold', 'abort', 'promote-if-within-tolerance'),
    deadlineMs: fc.constantFrom(250_000, 600_000),
    providerErrorsAllowed: fc.nat(3),
  })
  .map(({ steps: asked, ...more }) => plan({ ...more, steps: asked }))

const why = { code: 'internal-error', text: 'by chance' } as const
const time = fc.integer({ min: 0, max: 200_000 })

/** Any event, fitting or not. */
export const anyEvent = ({ steps: planned }: Plan): fc.Arbitrary<Event> => {
  const weight = fc.constantFrom(0, 100, ...planned.map((one) => one.weight))
  const verdict = fc.oneof(
    fc.constantFrom(
      { kind: 'pass' } as const,
      { kind: 'fail', text: 'worse' } as const,
      { kind: 'provider-error', text: 'blind' } as const,
    ),
    fc.boolean().map((withinTolerance) => ({ kind: 'insufficient', withinTolerance, text: 'little' }) as const),
  )
  return fc.oneof(
    fc.constantFrom<Event>(
      { type: 'started' },
      { type: 'prepared' },
      { type: 'gate-passed' },
      { type: 'gate-failed', reason: why },
      { type: 'discarded' },
      { type: 'restored' },
      { type: 'failed', reason: why },
      { type: 'abort', reason: why },
      { type: 'freeze' },
      { type: 'approval', decision: 'waiting' },
      { type: 'approval', decision: 'approved' },
      { type: 'approval', decision: 'rejected', by: 'ann' },
    ),
    fc.record({ type: fc.constant('weight-set' as const), weight, at: time }),
    fc.record({ type: fc.constant('verdict' as const), verdict, at: time }),
    fc.record({ type: fc.constant('promoted' as const), at: time }),
  )
}

/** Any state that a plan can be in. */
export const anyState = ({ steps: planned, gatesBefore, gatesAfter }: Plan): fc.Arbitrary<State> => {
  const index = fc.nat(Math.max(0, planned.length - 1))
  const resumable: fc.Arbitrary<ResumableState> =
    planned.length === 0
      ? fc.constant({ phase: 'preparing' })
      : fc.oneof(
          fc.constantFrom<ResumableState>(
            { phase: 'preparing' },
            ...gatesBefore.map((_gate, gate) => ({ phase: 'gating', step: -1, gate }) as const),
          ),
          index.map((at) => ({ phase: 'shifting', step: at }) as const),
          index.map((at) => ({ phase: 'approving', step: at }) as const),
          fc.record({
            phase: fc.constant('baking' as const),
            step: index,
            since: fc.integer({ min: -1, max: 200_000 }),
            errors: fc.nat(3),
          }),
        )
  return fc.oneof(
    resumable,
    resumable.map((at) => ({ phase: 'frozen', at }) as const),
    fc.constantFrom<State>(
      { phase: 'created' },
      { phase: 'promoting', cutShort: false },
      { phase: 'promoting', cutShort: true },
      ...gatesAfter.map((_gate, gate) => ({ phase: 'checking-production', gate }) as const),
      { phase: 'watching', since: -1, errors: 0, seen: false },
      { phase: 'retreating', reason: why },
      { phase: 'discarding', reason: why },
      { phase: 'promoted', verified: true },
      { phase: 'aborted', reason: why },
      { phase: 'rolled-back', reason: why },
    ),
    fc
      .constantFrom('prepare', 'shift', 'promote', 'discard', 'restore')
      .map((part) => ({ phase: 'returning', part, reason: why }) as const),
  )
}

/** Everything that a world of chance decides, one thing after the other; it is quiet when nothing is left to decide. */
export interface Chance {
  readonly verdicts: readonly Verdict['kind'][]
  /** The verdict from then on. */
  readonly later: Verdict['kind']
  readonly smoke: readonly boolean[]
  readonly approvals: readonly ('waiting' | 'approved' | 'rejected')[]
  /** For each call of the target: it works, it fails before it does anything, or its answer is lost. */
  readonly calls: readonly ('works' | 'fails' | 'answer lost')[]
  /** Number of the call of the target during which the job is cancelled. */
  readonly cancelAt: number
  readonly onCancel: 'abort' | 'freeze'
  /** Number of the look during which the target's dead-man switch acts. */
  readonly switchAt: number
}

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, ...others.map((other) => ({ weight: 1, arbitrary: fc.constant(other) })))

export const anyChance: fc.Arbitrary<Chance> = fc.record({
  verdicts: fc.array(mostly<Verdict['kind']>('pass', 'fail', 'insufficient', 'provider-error'), { maxLength: 40 }),
  later: mostly<Verdict['kind']>('pass', 'insufficient', 'insufficient', 'provider-error', 'fail'),
  smoke: fc.array(mostly(true, false), { maxLength: 8 }),
  approvals: fc.array(mostly<Chance['approvals'][number]>('approved', 'waiting', 'rejected'), { maxLength: 8 }),
  calls: fc.array(mostly<Chance['calls'][number]>('works', 'fails', 'answer lost'), { maxLength: 16 }),
  cancelAt: fc.oneof(fc.constant(-1), fc.nat(12)),
  onCancel: fc.constantFrom('abort', 'freeze'),
  switchAt: fc.oneof(fc.constant(-1), fc.constant(-1), fc.nat(20)),
})

export const verdictOf = (kind: Verdict['kind'], blind: Extract<Verdict, { kind: 'provider-error' }>): Verdict => {
  switch (kind) {
    case 'pass':
      return passes
    case 'fail':
      return fails
    case 'insufficient':
      return knowsNothing
    case 'provider-error':
      return blind
  }
}
