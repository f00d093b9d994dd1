import { describe, expect, test } from '@jest/globals'
import { readSeries } from '../../packages/cli/src/replay/read-series.ts'
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
