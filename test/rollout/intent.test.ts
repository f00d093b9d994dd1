import { expect, test } from '@jest/globals'
import { decide, intentOf, safeWeight, type Intent, type State } from '@deploy-kit/rollout'
import { plan, release, step } from './story.ts'

const canary = plan({ steps: [step(25), step(100)] })
const why = { code: 'watch-failed', text: 'worse' } as const
const back = (part: 'prepare' | 'shift' | 'promote' | 'discard' | 'restore'): State => ({ phase: 'returning', part, reason: why })

test.each<[string, State, number, Intent['safe'], number, string]>([
  ['before there is traffic', { phase: 'preparing' }, 0, 'stable', 0, 'preparing'],
  ['before the first step', { phase: 'shifting', step: 0 }, 0, 'stable', 25, 'shifting, step 1 of 2, 25 %'],
  ['during a bake', { phase: 'baking', step: 0, since: 0, errors: 0 }, 25, 'stable', 25, 'baking, step 1 of 2, 25 %'],
  ['before the last step', { phase: 'shifting', step: 1 }, 25, 'stable', 100, 'shifting, step 2 of 2, 100 %'],
  ['while the last step bakes', { phase: 'baking', step: 1, since: 0, errors: 0 }, 100, 'stable', 100, 'baking, step 2 of 2, 100 %'],
  [
    'while stable is replaced and the canary has all of the traffic',
    { phase: 'promoting', cutShort: false },
    100,
    'canary',
    0,
    'promoting',
  ],
  ['while stable is replaced under its own traffic', { phase: 'promoting', cutShort: false }, 0, 'stable', 0, 'promoting'],
  ['while stable is replaced under half of the traffic', { phase: 'promoting', cutShort: true }, 50, 'stable', 0, 'promoting'],
  ['after the promotion', { phase: 'watching', since: 0, errors: 0, seen: true }, 0, 'stable', 0, 'watching'],
  ['on the way back, before there is traffic', back('prepare'), 0, 'stable', 0, 'returning'],
  ['on the way back, until what comes back has the capacity', back('shift'), 0, 'stable', 100, 'returning'],
  ['on the way back, while stable is replaced', back('promote'), 100, 'canary', 0, 'returning'],
  ['at the end of the way back', back('discard'), 0, 'stable', 0, 'returning'],
  ['while the replaced release is restored in place', back('restore'), 0, 'stable', 0, 'returning'],
  ['at the end of the way home', { phase: 'discarding', reason: why }, 0, 'stable', 0, 'discarding'],
])('the intent %s', (_when, state, weight, safe, next, doing) => {
  const command = decide(canary, state)
  if (command === undefined) throw new Error('there is a command')
  const intent = intentOf(canary, state, command, weight)
  expect(intent).toEqual({
    safe,
    weight: { last: weight, next },
    from: release('v1').digest,
    to: release('v2').digest,
    doing,
  })
  expect(safeWeight(intent)).toBe(safe === 'canary' ? 100 : 0)
})
