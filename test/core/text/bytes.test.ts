import { describe, expect, test } from '@jest/globals'
import { formatByteChange, formatBytes, parseBytes } from '@deploy-kit/core'

describe('bytes', () => {
  test.each([
    ['0', 0],
    ['912', 912],
    ['912 B', 912],
    ['4.2kB', 4_200],
    ['250MB', 250_000_000],
    ['250mb', 250_000_000],
    ['1.5 GiB', 1_610_612_736],
    ['2 GB', 2_000_000_000],
  ])('%s is read', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  test.each(['', '-5', '5 TB', 'MB', '1,5 MB', '1 MB x'])('%p is no size', (text) => {
    expect(parseBytes(text)).toBeUndefined()
  })

  test.each([
    [0, '0 B'],
    [912, '912 B'],
    [950, '950 B'],
    [999.7, '1 kB'],
    [4_200, '4.2 kB'],
    [999_999, '1 MB'],
    [31_490_000, '31.5 MB'],
    [2_000_000_000, '2 GB'],
  ])('%d are shown as %s', (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown)
  })

  test('a difference has its sign', () => {
    expect([4_200, -31_490_000, 0].map(formatByteChange)).toEqual(['+4.2 kB', '-31.5 MB', '±0'])
  })
})
