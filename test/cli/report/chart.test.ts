import { describe, expect, test } from '@jest/globals'
import { boxPath, field, linePath, stepPath } from '../../../packages/cli/src/rehearse/report/chart/path.ts'
import { linear, logarithmic } from '../../../packages/cli/src/rehearse/report/chart/scale.ts'
import { decades, roundTicks } from '../../../packages/cli/src/rehearse/report/chart/ticks.ts'

test('a logarithmic scale gives equal ratios equal lengths and keeps the rest at its ends', () => {
  const scale = logarithmic(0.01, 10_000)
  expect([0.01, 1, 100, 10_000].map((value) => Number(scale(value).toFixed(9)))).toEqual([
    0,
    Number((1 / 3).toFixed(9)),
    Number((2 / 3).toFixed(9)),
    1,
  ])
  expect([0, 1e9].map(scale)).toEqual([0, 1])
})

test('a linear scale goes from begin to end', () => {
  expect([5, 10, 15].map(linear(5, 15))).toEqual([0, 0.5, 1])
})

describe('ticks', () => {
  test.each<[number, number, number, readonly number[]]>([
    [0, 32, 8, [0, 5, 10, 15, 20, 25, 30]],
    [0, 4.3, 6, [0, 1, 2, 3, 4]],
    [0, 0.9, 8, [0, 0.2, 0.4, 0.6, 0.8]],
    [0, 600, 6, [0, 100, 200, 300, 400, 500, 600]],
  ])('from %d to %d, about %d', (from, to, wanted, ticks) => {
    expect(roundTicks(from, to, wanted)).toEqual(ticks)
  })

  test('decades include both ends', () => {
    expect(decades(0.001, 100)).toEqual([0.001, 0.01, 0.1, 1, 10, 100])
  })
})

describe('paths, with y from the bottom', () => {
  test('a line has a gap where a look knew nothing', () => {
    const points = [{ x: 0, y: 0 }, { x: 0.25, y: 1 }, undefined, { x: 1, y: 0.5 }]
    expect(linePath(points)).toBe(`M0 ${field}L250 0M${field} 500`)
  })

  test('a step holds its value until the next', () => {
    expect(
      stepPath([
        { x: 0, y: 0.05 },
        { x: 0.5, y: 0.25 },
        { x: 1, y: 0.25 },
      ]),
    ).toBe('M0 950H500V750H1000V750')
  })

  test('a box lies between two corners', () => {
    expect(boxPath({ x: 0.1, y: 0.25 }, { x: 0.2, y: 1 })).toBe('M100 750H200V0H100Z')
  })
})
