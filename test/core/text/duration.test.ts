import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { formatDuration, parseDuration, writeDuration } from '@deploy-kit/core'

describe('a duration', () => {
  test('that is written is read as the same milliseconds', () => {
    fc.assert(fc.property(fc.nat(10 * 86_400_000), (ms) => parseDuration(writeDuration(ms)) === ms))
  })

  test('is always whole milliseconds, also of fractions that binary numbers cannot hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999 }), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (hundredths, unit) =>
        Number.isInteger(parseDuration(`${(hundredths / 100).toFixed(2)}${unit}`)),
      ),
    )
    expect(parseDuration('1.1m')).toBe(66_000)
  })

  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', '30', 's', '1 m', '-1s', '1M', '1s ', '.5s', '1e3s', '1w'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })
})

describe('a duration for people', () => {
  test.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.7, '1 s'],
    [2_400, '2.4 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m'],
    [60_000, '1 m'],
    [119_700, '2 m'],
    [130_000, '2 m 10 s'],
    [3_599_900, '1 h'],
    [3_900_000, '1 h 5 m'],
    [86_400_000, '24 h'],
  ])('%d ms is %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('never counts sixty of anything', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (ms) => !/\b(?:60|1000)(?:\.\d)? (?:ms|s|m)\b/.test(formatDuration(ms))),
    )
  })
})
