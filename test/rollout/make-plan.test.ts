import { describe, expect, test } from '@jest/globals'
import { describePlan, makePlan, type PlanRequest } from '@deploy-kit/rollout'
import { plan, release, request, step } from './story.ts'

const bake = (minMs: number, maxMs: number) => ({ bake: { minMs, maxMs } })

describe('a plan that cannot be carried out is refused before anything is touched', () => {
  test.each<[string, Partial<PlanRequest>, string]>([
    ['a weight above 100', { steps: [step(50), step(101)] }, 'step 2 (101 %): a weight is a whole number from 0 to 100.'],
    ['a weight below 0', { steps: [step(-1)] }, 'step 1 (-1 %): a weight is a whole number from 0 to 100.'],
    ['half a percent', { steps: [step(0.5)] }, 'step 1 (0.5 %): a weight is a whole number from 0 to 100.'],
    ['no number', { steps: [step(Number.NaN)] }, 'step 1 (NaN %): a weight is a whole number from 0 to 100.'],
    ['a weight that falls', { steps: [step(50), step(25)] }, 'step 2 (25 %): weights rise, and the step before has 50 %.'],
    ['a weight twice', { steps: [step(50), step(50)] }, 'step 2 (50 %): weights rise, and the step before has 50 %.'],
    [
      'a bake without requests',
      { steps: [step(0), step(50)] },
      'step 1 (0 %): without requests there is nothing to judge, so it cannot bake.',
    ],
    ['bake.min above bake.max', { steps: [step(5, bake(2, 1))] }, 'step 1 (5 %): `bake.min` is longer than `bake.max`.'],
    [
      'bakes that do not fit',
      { steps: [step(5, bake(40_000, 60_000)), step(9, bake(40_000, 60_000))], deadlineMs: 79_000 },
      'the shortest bakes add up to 80 s, and `deadline` is 79 s.',
    ],
    ['a canary without steps', { steps: [] }, 'a canary needs at least one step.'],
  ])('%s', (_what, more, message) => {
    expect(() => plan(more)).toThrow(expect.objectContaining({ code: 'plan-impossible', message }))
  })

  test('a release that serves already', () => {
    expect(() => plan({ release: release('v1') })).toThrow(expect.objectContaining({ code: 'nothing-to-release' }))
  })

  test('but not the same image with another configuration', () => {
    expect(plan({ release: { ...release('v1'), configuration: 'other' } }).release.configuration).toBe('other')
  })
})

const kept = (keepOldForMs: number | undefined, minMs: number, maxMs: number) =>
  plan({ strategy: 'blue-green', steps: [step(100, bake(minMs, maxMs))], ...(keepOldForMs !== undefined && { keepOldForMs }) }).steps.at(-1)
    ?.bake

describe('the old side of blue-green', () => {
  test.each([
    [undefined, 10_000, 60_000, { minMs: 10_000, maxMs: 60_000 }],
    [5_000, 10_000, 60_000, { minMs: 10_000, maxMs: 60_000 }],
    [30_000, 10_000, 60_000, { minMs: 30_000, maxMs: 60_000 }],
    [90_000, 10_000, 60_000, { minMs: 90_000, maxMs: 90_000 }],
  ])('that is to be kept for %s ms stands while the switch bakes from %s to %s ms', (keepMs, minMs, maxMs, expected) => {
    expect(kept(keepMs, minMs, maxMs)).toEqual(expected)
  })
})

describe('what a plan says before it is carried out', () => {
  const v1 = 'v10000000000'
  const v2 = 'v20000000000'

  test('of a canary', () => {
    const steps = [step(25, { approval: true }), step(100, { gates: ['smoke'], bake: undefined })]
    expect(describePlan(makePlan(request({ steps })))).toEqual([
      `release of shop in production: ${v1} -> ${v2}, canary`,
      `prepare ${v2} without traffic, then smoke`,
      'step 1: 25 %, bake 10 s to 1 m, wait for an approval',
      'step 2: 100 %, smoke',
      'promote, then smoke',
      'watch for 1 m, and roll back when it fails',
    ])
  })

  test('of a blue-green release with an approval of its preview', () => {
    const switching = plan({
      strategy: 'blue-green',
      approvePreview: true,
      smoke: false,
      watchMs: 0,
      steps: [step(100, bake(10_000, 60_000))],
    })
    expect(describePlan(switching).slice(2, 4)).toEqual([
      'step 1: 0 %, wait for an approval, get to know stable, for 1 m at the longest',
      'step 2: 100 %, bake 10 s to 1 m',
    ])
  })

  test('of a rollback by blue-green, unwatched and untested', () => {
    expect(describePlan(plan({ kind: 'rollback', strategy: 'blue-green', smoke: false, watchMs: 0, steps: [] }))).toEqual([
      `rollback of shop in production: ${v1} -> ${v2}, blue-green`,
      `prepare ${v2} without traffic`,
      'step 1: 0 %',
      'step 2: 100 %',
      'promote',
    ])
  })

  test('of a first release, which has nothing to be compared with', () => {
    expect(describePlan(plan({ replaces: undefined, steps: [], watchMs: 0 }))).toEqual([
      `first release of shop in production: ${v2}`,
      `prepare ${v2} without traffic, then smoke`,
      'promote, then smoke',
    ])
  })
})
