import { lnGamma, lookAtRateRatio, newRateRatio, ratioInterval, shareLogEvidence } from '@deploy-kit/judge'
import { expect, test } from '@jest/globals'
import { binomial, seeded } from '../../bench/judge/random.ts'
import { close, intervalFrom, vectors } from './vectors.ts'

test('shares of traffic give the e-values of the published formula (savvi, k = 100)', () => {
  for (const { theta0, counts, E } of vectors.savvi_multinomial_k100) {
    expect({ counts, same: close(Math.exp(shareLogEvidence(theta0, counts)), E, 1e-9) }).toEqual({ counts, same: true })
  }
})

test('the logarithm of the gamma function agrees with factorials', () => {
  for (let n = 1, factorial = 1; n < 20; factorial *= n, n++) expect(lnGamma(n)).toBeCloseTo(Math.log(factorial), 11)
  expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12)
})

test('the interval of the rate ratio holds the truth at all looks together, and closes in on it', () => {
  const uniform = seeded(11)
  let missed = 0
  for (let run = 0; run < 30; run++) {
    let state = newRateRatio()
    let outside = false
    for (let look = 0; look < 40; look++) {
      state = lookAtRateRatio(state, intervalFrom([500, 2000, binomial(uniform, 500, 0.03), binomial(uniform, 2000, 0.01)]), 1)
      const { low, high } = ratioInterval(state, 0.05)
      outside ||= (low ?? 0) > 3 || (high ?? Infinity) < 3
    }
    missed += outside ? 1 : 0
    const { low, high } = ratioInterval(state, 0.05)
    expect(low).toBeGreaterThan(1.5)
    expect(high).toBeLessThan(6)
  }
  expect(missed).toBeLessThanOrEqual(4)
})

test('nothing is excluded before there are failures', () => {
  expect(ratioInterval(lookAtRateRatio(newRateRatio(), intervalFrom([100, 900, 0, 0]), 1), 0.05)).toEqual({ low: null, high: null })
})
