import { describe, expect, test } from '@jest/globals'
import { readSeries } from '../../packages/cli/src/replay/read-series.ts'
import { binomial, seeded } from '../../bench/judge/random.ts'
import { pastOf } from '../../packages/cli/src/replay/history.ts'
import { replay } from '../../packages/cli/src/replay/replay.ts'

const csv = [
  'time,canary_requests,stable_requests,canary_failures,stable_failures',
  '2026-01-02T03:04:00Z,50,950,0,1',
  '2026-01-02T03:04:15Z,52,948,1,0',
].join('\n')

describe('reading a recorded series', () => {
  test('CSV with a header, JSON lines and plain numbers say the same', () => {
    const json = [
      '{"time":"2026-01-02T03:04:00Z","canary-requests":50,"stable-requests":950,"canary-failures":0,"stable-failures":1}',
      '{"time":1767323055000,"canary-requests":52,"stable-requests":948,"canary-failures":1,"stable-failures":0}',
    ].join('\n')
    const plain = ['# seconds', '1767323040;50;950;0;1', '', '1767323055;52;948;1;0'].join('\r\n')
    expect(readSeries(json, 'a')).toEqual(readSeries(csv, 'b'))
    expect(readSeries(plain, 'c')).toEqual(readSeries(csv, 'b'))
  })

  test('columns go by their names', () => {
    const turned = 'stable-failures,time,weight,canary-failures,stable-requests,canary-requests\n1,1767323040,5,0,950,50\n'
    expect(readSeries(turned, 'x')).toEqual([
      { at: 1767323040000, weight: 5, canary: { requests: 50, failures: 0 }, stable: { requests: 950, failures: 1 } },
    ])
  })

  test.each([
    [
      'a count that is none',
      'time,canary-requests,stable-requests,canary-failures,stable-failures\n1,x,1,0,0',
      'series.csv:2',
      /`canary-requests` is "x"; expected a number, 0 or more/,
    ],
    ['a missing column', 'time,canary-requests\n1,1', 'series.csv:2', /`canary-failures` is missing/],
    ['more failures than requests', '1;5;5;6;0', 'series.csv:1', /`canary-failures` is 6, more than the 5 requests/],
    ['a time that is none', 'yesterday;5;5;0;0\n', 'series.csv:1', /`time`/],
    ['half a JSON line', '{"time":1', 'series.csv:1', /not JSON/],
    ['a rate in place of a count', '1;5.5;5;0;0', 'series.csv:1', /`canary-requests` is 5\.5; expected a whole number/],
    ['a line that is not later than the one before', '5;1;1;0;0\n3;1;1;0;0', 'series.csv:2', /not later than that of the line before/],
    ['a share beyond the whole', '5;1;1;0;0;101', 'series.csv:1', /`weight` is 101/],
    [
      'a histogram of another layout',
      '{"time":1,"canary-requests":3,"stable-requests":3,"canary-failures":0,"stable-failures":0,"boundaries":[0.1],"canary-latency":[1,1,1]}',
      'series.csv:1',
      /`canary-latency` has 3 buckets, and the boundaries make 2/,
    ],
    [
      'boundaries that do not rise',
      '{"time":1,"canary-requests":3,"stable-requests":3,"canary-failures":0,"stable-failures":0,"boundaries":[0.2,0.1]}',
      'series.csv:1',
      /`boundaries` holds 0\.1/,
    ],
  ])('%s is shown with its place', (_what, text, where, message) => {
    expect(() => readSeries(text, 'series.csv')).toThrow(
      expect.objectContaining({ code: 'series-invalid', where, message: expect.stringMatching(message) }),
    )
  })
})

const lines = (failures: number) =>
  Array.from({ length: 20 }, (_, index) => ({
    at: index * 15_000,
    canary: { requests: 150, failures },
    stable: { requests: 1350, failures: 7 },
  }))

test('a series without a line is told as such', () => {
  expect(() => readSeries('# nothing yet\n', 'series.csv')).toThrow(
    expect.objectContaining({ code: 'series-invalid', message: 'series.csv has no line with counts.' }),
  )
})

const intervals = (failures: (k: number) => number) =>
  Array.from({ length: 120 }, (_, k) => ({
    at: k * 15_000,
    canary: { requests: 0, failures: 0 },
    stable: { requests: 1_500, failures: failures(k) },
  }))

describe('a series before the release', () => {
  test('gives what stable did, its phi, and whether it differs from itself', () => {
    const uniform = seeded(3)
    const sound = pastOf(intervals(() => binomial(uniform, 1_500, 0.005)))
    expect(sound.history.requests).toBe(180_000)
    expect(sound.phi).toBeLessThan(1.6)
    expect(sound.control).toBeLessThan(100)
    // Every other interval is ten times as bad.
    expect(pastOf(intervals((k) => (k % 2 === 0 ? 2 : 20))).control).toBeGreaterThan(100)
  })
})

describe('replaying it', () => {
  test('a canary that fails four times as often is found, with its evidence', () => {
    const said = [...replay(lines(3), {})]
    const found = said.find(({ verdict }) => verdict === 'fail')
    expect(found).toMatchObject({ culprit: 'errors', weight: 10, needed: 100 })
    expect(found?.odds).toBeGreaterThanOrEqual(100)
    expect(said.at(-1)?.verdict).toBe('fail')
  })

  test('one that is as good is never called bad, and the forecast says when it passes', () => {
    const said = [...replay(lines(0), {})]
    expect(said.map(({ verdict }) => verdict)).not.toContain('fail')
    expect(said[5]?.forecast?.passMs).toBeGreaterThan(0)
    // The same traffic gives the same forecast, from the second line on.
    expect(said[1]?.forecast?.passMs).toBeCloseTo(said[2]?.forecast?.passMs ?? 0, -4)
  })
})
