import { describe, expect, test } from '@jest/globals'
import { refuseForeignWriter, resume, type Intent, type Release, type State, type TargetState } from '@deploy-kit/rollout'
import { plan, release } from './story.ts'

const v1 = release('v1')
const v2 = release('v2')
const v3 = release('v3')
const why = { code: 'watch-failed', text: 'worse' } as const

const revision = (of: Release | undefined): TargetState['stable'] => of && { release: of, replicas: 1, ready: 1, runningDigest: of.digest }
const seen = (stable: Release | undefined, canary: Release | undefined, weight = 0): TargetState => ({
  stable: revision(stable),
  canary: revision(canary),
  weight,
})

const baking: State = { phase: 'baking', step: 1, since: 5, errors: 1 }
const promoting: State = { phase: 'promoting', cutShort: false }
const checked: State = { phase: 'checking-production', gate: 0 }
const unverified: State = { phase: 'promoted', verified: false }
const back = (part: 'prepare' | 'shift' | 'promote' | 'discard' | 'restore'): State => ({ phase: 'returning', part, reason: why })

describe('where a rollout goes on: reality wins', () => {
  test.each<[string, State, TargetState, State]>([
    ['at the step whose weight is in place', baking, seen(v1, v2, 25), { phase: 'shifting', step: 1 }],
    ['at the step that the killed shift had reached', { phase: 'shifting', step: 2 }, seen(v1, v2, 50), { phase: 'shifting', step: 2 }],
    ['at the step before, when the shift had not begun', { phase: 'shifting', step: 2 }, seen(v1, v2, 25), { phase: 'shifting', step: 1 }],
    ['from the start, when the traffic was returned', baking, seen(v1, v2), { phase: 'preparing' }],
    ['from the start, when the canary is gone', baking, seen(v1, undefined), { phase: 'preparing' }],
    ['from the start, when another canary is there', baking, seen(v1, v3), { phase: 'preparing' }],
    ['as it would without the freeze', { phase: 'frozen', at: baking as never }, seen(v1, v2, 25), { phase: 'shifting', step: 1 }],
    ['with the promotion, which is repeated', promoting, seen(v1, v2, 100), promoting],
    ['with the promotion, when stable is new but the canary still there', promoting, seen(v2, v2, 100), promoting],
    ['after the promotion, with what follows it', promoting, seen(v2, undefined), checked],
    ['after the promotion, at its end when it was cut short', { phase: 'promoting', cutShort: true }, seen(v2, undefined), unverified],
    ['from the start, when nothing of the promotion is left', promoting, seen(v1, undefined), { phase: 'preparing' }],
    ['after the promotion, if somebody else promoted', baking, seen(v2, undefined), checked],
    ['with the promotion, if somebody else had half of it done', baking, seen(v2, v2, 25), promoting],
    ['with the checks of production', checked, seen(v2, undefined), checked],
    [
      'with a watch from its beginning, since nobody watched',
      { phase: 'watching', since: 5, errors: 2, seen: true },
      seen(v2, undefined),
      { phase: 'watching', since: -1, errors: 0, seen: true },
    ],
    ['with the way back', back('shift'), seen(v2, v1), back('shift')],
    ['with the way back, once more, when what came back is gone', back('shift'), seen(v2, undefined), back('prepare')],
    ['at the end of the way back, when it is done', back('promote'), seen(v1, undefined), back('discard')],
    ['with the way home', { phase: 'retreating', reason: why }, seen(v1, v2, 25), { phase: 'retreating', reason: why }],
    ['with the end of the way home', { phase: 'discarding', reason: why }, seen(v1, v2), { phase: 'discarding', reason: why }],
    ['nowhere, when it has ended', unverified, seen(v2, undefined), unverified],
  ])('%s', (_where, stored, observed, expected) => {
    expect(resume(plan(), stored, observed)).toEqual(expected)
  })
})

describe('where a replacement in place goes on', () => {
  test.each<[string, 'at-once' | 'after-preview', State, TargetState, State]>([
    ['at its beginning', 'at-once', { phase: 'created' }, seen(v1, undefined), promoting],
    ['with the replacement, whatever the workload says of itself', 'at-once', promoting, seen(v2, undefined), promoting],
    [
      'with the preview, when it is gone',
      'after-preview',
      { phase: 'gating', step: -1, gate: 0 },
      seen(v1, undefined),
      { phase: 'preparing' },
    ],
    ['with the way back', 'at-once', back('restore'), seen(v2, undefined), back('restore')],
    ['with the way home', 'at-once', { phase: 'retreating', reason: why }, seen(v2, undefined), { phase: 'retreating', reason: why }],
    ['with the checks of production', 'at-once', checked, seen(v2, undefined), checked],
  ])('%s', (_where, as, stored, observed, expected) => {
    expect(resume(plan({ strategy: 'rolling', inPlace: { as, only: false } }), stored, observed)).toEqual(expected)
  })
})

describe('what somebody else has changed is not touched', () => {
  const intent: Intent = { safe: 'stable', weight: { last: 5, next: 25 }, from: v1.digest, to: v2.digest, doing: 'step 2' }

  test.each<[string, Intent, TargetState]>([
    ['the last weight', intent, seen(v1, v2, 5)],
    ['the next weight', intent, seen(v1, v2, 25)],
    ['the weight of a dead-man switch', intent, seen(v1, v2, 0)],
    ['the other safe weight', { ...intent, safe: 'canary', weight: { last: 50, next: 0 } }, seen(v1, v2, 100)],
    ['a promotion', intent, seen(v2, undefined)],
    ['a way back', intent, seen(v2, v1)],
    ['an empty place', { ...intent, from: undefined }, seen(undefined, undefined)],
  ])('%s is ours', (_what, ours, observed) => {
    expect(() => refuseForeignWriter(ours, observed)).not.toThrow()
  })

  test.each<[string, TargetState, string]>([
    [
      'a weight',
      seen(v1, v2, 40),
      'The canary has 40 % of the traffic; deploy-kit last set 5 % and was about to set 25 %. Nothing was touched.',
    ],
    [
      'a canary',
      seen(v1, v3, 5),
      'The canary side runs v30000000000; deploy-kit was replacing v10000000000 by v20000000000. Nothing was touched.',
    ],
    [
      'a stable',
      seen(v3, v2, 5),
      'The stable side runs v30000000000; deploy-kit was replacing v10000000000 by v20000000000. Nothing was touched.',
    ],
  ])('%s of somebody else is named', (_what, observed, message) => {
    expect(() => refuseForeignWriter(intent, observed)).toThrow(expect.objectContaining({ code: 'foreign-writer', message }))
  })
})
