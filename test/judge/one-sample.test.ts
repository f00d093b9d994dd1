import { excessLogFactors, lowerLimit, soundnessLogFactors, upperLimit } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import { binomial } from './enumeration.ts'

const mean = (n: number, p: number, value: (failures: number) => number) =>
  binomial(n, p).reduce((sum, chance, x) => sum + chance * value(x), 0)

describe('a version alone, against a known limit', () => {
  test('a test for "worse" has a mean of at most 1 up to the limit, one for "better" from the limit on', () => {
    for (const limit of [0.01, 0.2, 0.5, 0.9]) {
      for (const times of [1.1, 4, 80]) {
        for (const p of [limit, limit / 2]) {
          expect(
            mean(12, p, (failures) => Math.exp(excessLogFactors({ requests: 12, failures }, limit, [times])[0] ?? NaN)),
          ).toBeLessThanOrEqual(1 + 1e-9)
        }
      }
      for (const p of [limit, (1 + limit) / 2]) {
        expect(
          mean(12, p, (failures) => Math.exp(soundnessLogFactors({ requests: 12, failures }, limit / 2, limit)[0] ?? NaN)),
        ).toBeLessThanOrEqual(1 + 1e-9)
      }
    }
  })

  test('the limits of a rate are missed no more often than stated', () => {
    for (const p of [0.02, 0.3, 0.6]) {
      expect(mean(40, p, (failures) => Number(upperLimit({ requests: 40, failures }, 0.05) < p))).toBeLessThanOrEqual(0.05)
      expect(mean(40, p, (failures) => Number(lowerLimit({ requests: 40, failures }, 0.05) > p))).toBeLessThanOrEqual(0.05)
    }
  })

  test('without any request nothing is known', () => {
    expect([lowerLimit({ requests: 0, failures: 0 }, 0.05), upperLimit({ requests: 0, failures: 0 }, 0.05)]).toEqual([0, 1])
    expect(upperLimit({ requests: 600, failures: 0 }, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 600), 6)
  })
})
