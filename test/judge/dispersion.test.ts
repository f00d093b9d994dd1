import { estimateDispersion, negativeControl, neighbours, type Halves } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import { binomial, poisson, seeded } from '../../bench/judge/random.ts'

/** Half an hour of stable at 100 requests a second, in two halves; its failures come in clumps that stay on one half. */
const history = (clump: number, seed: number): Halves[] => {
  const uniform = seeded(seed)
  const half = () => {
    let failures = 0
    for (let clumps = poisson(uniform, 3.75 / clump); clumps > 0; clumps--) failures += clump
    return { requests: 750, failures }
  }
  return Array.from({ length: 120 }, () => ({ first: half(), second: half() }))
}

describe('overdispersion', () => {
  test('is 1 for independent failures, and the size of the clumps otherwise', () => {
    for (const clump of [1, 2, 4, 8]) {
      const estimates = Array.from({ length: 40 }, (_, seed) => estimateDispersion(history(clump, seed), [1]).phi)
      const mean = estimates.reduce((sum, phi) => sum + phi, 0) / estimates.length
      expect(mean / clump).toBeGreaterThan(0.9)
      expect(mean / clump).toBeLessThan(1.1)
    }
  })

  test('is handed out with its standard error on top, and never below 1', () => {
    const estimate = estimateDispersion(history(4, 1))
    expect(estimate.overdispersion).toBe(estimate.phi + estimate.standardError)
    expect(estimateDispersion([{ first: { requests: 10, failures: 1 }, second: { requests: 10, failures: 1 } }]).overdispersion).toBe(1)
  })

  test('that comes in waves longer than an interval shows in longer blocks', () => {
    const waves = Array.from({ length: 120 }, (_, k) => {
      const failing = Math.floor(k / 20) % 2 === 0
      return { first: { requests: 750, failures: failing ? 5 : 3 }, second: { requests: 750, failures: failing ? 3 : 5 } }
    })
    const estimate = estimateDispersion(waves)
    expect(estimate.block).toBe(20)
    expect(estimate.phi).toBeGreaterThan(estimateDispersion(waves, [1]).phi)
  })

  test('without failures is 1, and halves can be made of neighbouring intervals', () => {
    const quiet = neighbours(Array.from({ length: 9 }, () => ({ requests: 100, failures: 0 })))
    expect(quiet).toHaveLength(4)
    expect(estimateDispersion(quiet)).toEqual({ phi: 1, standardError: 0, overdispersion: 1, block: 1 })
  })
})

test('the negative control is quiet for a sound environment and loud for one whose halves differ', () => {
  const uniform = seeded(7)
  const sound = Array.from({ length: 120 }, () => ({
    first: { requests: 750, failures: binomial(uniform, 750, 0.01) },
    second: { requests: 750, failures: binomial(uniform, 750, 0.01) },
  }))
  const split = sound.map(({ first, second }) => ({ first, second: { ...second, failures: second.failures * 3 } }))
  expect(negativeControl(sound)).toBeLessThan(100)
  expect(negativeControl(split)).toBeGreaterThan(1e6)
  expect(negativeControl(history(8, 3), estimateDispersion(history(8, 4)).overdispersion)).toBeLessThan(100)
})
