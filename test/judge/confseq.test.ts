import { expect, test } from '@jest/globals'
import {
  bernoulliInterval,
  betaBinomialLogMixture,
  doubleStitchingBound,
  empiricalProcessBound,
  gammaPoissonLogMixture,
} from './reference/confseq.ts'
import { vectors } from './vectors.ts'

const { confseq } = vectors

test('the reference has the values that confseq tests itself with, to all digits', () => {
  expect(gammaPoissonLogMixture(10, 100, 100, 2)).toBeCloseTo(confseq['gamma_poisson_log_mixture(10,100,100,2)'], 8)
  expect(betaBinomialLogMixture(10, 100, 100, 0.2, 0.8, true)).toBeCloseTo(
    confseq['beta_binomial_log_mixture(10,100,100,.2,.8) one-sided'],
    8,
  )
  // Printed there with seven digits, as the rest.
  expect(betaBinomialLogMixture(10, 100, 100, 0.2, 0.8, false)).toBeCloseTo(-0.6941012, 7)
  expect(doubleStitchingBound(0.9, 1000, 0.05, 100)).toBeCloseTo(confseq['double_stitching_bound(.9,1000,.05,100)'], 5)
})

test('the reference has the intervals that confseq tests itself with; those are cut, not rounded', () => {
  for (const [successes, trials, tOpt] of [
    [700, 1000, 100],
    [1, 50, 50],
  ] as const) {
    const printed = confseq[`bernoulli_confidence_interval(${successes},${trials},.05,${tOpt})`]
    for (const [k, end] of bernoulliInterval(successes, trials, 0.05, tOpt).entries()) {
      const digits = String(printed?.[k] ?? NaN).split('.')[1]?.length ?? 5
      expect(Math.floor(end * 10 ** digits) / 10 ** digits).toBe(printed?.[k])
    }
  }
})

test('the reference has the bound of the empirical process, as exactly as the library solves for its constant', () => {
  // The library stops where the error is 0.0500015; at exactly 0.05 the seventh digit differs.
  expect(empiricalProcessBound(1000, 0.0500015386545, 100, 0.85)).toBeCloseTo(0.08204769, 8)
  expect(empiricalProcessBound(1000, 0.05, 100, 0.85)).toBeCloseTo(confseq['empirical_process_lil_bound(1000,.05,100,.85)'], 6)
})
