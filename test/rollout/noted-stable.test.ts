import { expect, test } from '@jest/globals'
import { passes, plan, step, Story } from './story.ts'

/** What the judge was asked to look at, in order, with what the target did in between. */
const looksOf = async (more: Parameters<typeof plan>[0]): Promise<readonly string[]> => {
  const story = new Story()
  const seen: string[] = []
  story.verdict = (weight, mode) => {
    seen.push(`${mode} at ${weight} % after ${story.target.calls.at(-1) ?? 'nothing'}`)
    return passes
  }
  await story.run(plan(more))
  return seen.filter((look, index) => look !== seen[index - 1])
}

test('before a blue-green switch the judge hears what the replaced release did, which nobody can see afterwards', async () => {
  expect(await looksOf({ strategy: 'blue-green', watchMs: 0, steps: [step(100)] })).toEqual([
    'rollout at 0 % after shift 0',
    'rollout at 100 % after shift 100',
  ])
})

test('before a rolling update too', async () => {
  expect(await looksOf({ strategy: 'rolling' })).toEqual(['rollout at 0 % after prepare v2', 'watch at 100 % after promote'])
})

test('a canary has stable beside it, and a first release has nothing to be compared with', async () => {
  expect(await looksOf({ steps: [step(50)], watchMs: 0 })).toEqual(['rollout at 50 % after shift 50'])
  expect(await looksOf({ replaces: undefined, watchMs: 0 })).toEqual([])
})
