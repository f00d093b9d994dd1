import { expect, test } from '@jest/globals'
import { served } from '../../../packages/cli/src/rehearse/report/words/serving.ts'
import { killedAt } from '../../../packages/cli/src/rehearse/report/words/story.ts'
import { rehearsal, type Release } from './rehearsal.ts'

const releases = rehearsal().releases
const end = rehearsal().durationMs
const at = (ms: number): string =>
  served(releases, end)
    .filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)
    .toSorted((a, b) => a.from - b.from)
    .map(({ by, from, to }) => `${by.version} ${to - from}`)
    .join(', ')
const weightAt = (name: Release['name'], weight: number): number =>
  (releases.find((release) => release.name === name)?.weights.find((mark) => mark.weight === weight)?.atMs ?? Number.NaN) + 1

test('at every moment from the first weight on, all requests are somebody’s', () => {
  const [first] = releases[0]?.weights ?? []
  for (let ms = first?.atMs ?? 0; ms < end; ms += 50) {
    const shares = served(releases, end).filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)
    expect(shares.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(100)
  }
})

test('the canary takes its weight, and the release that was stable then has the rest', () => {
  expect(at(weightAt('good', 5))).toBe('v2 5, v1 95')
  expect(at(weightAt('good', 100))).toBe('v2 100')
  expect(at(weightAt('bad', 5))).toBe('v3 5, v2 95')
  expect(at(weightAt('bad', 0))).toBe('v2 100')
  expect(at(weightAt('killed', 25))).toBe('v4 25, v2 75')
  expect(at(end - 1)).toBe('v2 100')
})

test('the kill was as long before the way home as was measured', () => {
  const killed = releases.find(({ name }) => name === 'killed')
  if (killed === undefined) throw new Error('nothing was killed')
  expect(killedAt(killed)).toBe((killed.weights.at(-1)?.atMs ?? 0) - (killed.homeAfterKillMs ?? 0))
  expect(releases.filter(({ name }) => name !== 'killed').map(killedAt)).toEqual([undefined, undefined, undefined])
})
