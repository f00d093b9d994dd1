import { divergence, halfPlaneLogFactor, nonInferiorityLogFactors, project, promotionPrior } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import { expectation } from './enumeration.ts'
import { close, intervalFrom, vectors } from './vectors.ts'

describe('the projection onto a margin', () => {
  test('finds the published points', () => {
    for (const { qc, qb, w, rho, delta, pc0, pb0, info } of vectors.bernoulli_projection) {
      const nearest = project({ canary: qc, stable: qb }, w, { ratio: rho, absolute: delta })
      const nats = w * divergence(qc, nearest.canary) + (1 - w) * divergence(qb, nearest.stable)
      expect({
        pc0,
        pb0,
        same: close(nearest.canary, pc0, 1e-8) && close(nearest.stable, pb0, 1e-8),
        info: close(nats, info, 1e-9),
      }).toEqual({ pc0, pb0, same: true, info: true })
    }
  })

  test('needs no stable traffic: the canary alone is held against the absolute margin', () => {
    const nearest = project({ canary: 0.001, stable: 0.001 }, 1, { ratio: 1.1, absolute: 0.02 })
    expect(nearest.canary).toBeCloseTo(0.02, 6)
  })
})

describe('a test against a half plane', () => {
  const margins = [
    { ratio: 1, absolute: 0 },
    { ratio: 1.3, absolute: 0.02 },
    { ratio: 1, absolute: 0.2 },
  ]
  const rates = [0, 0.01, 0.1, 0.35, 0.8]

  test('against "worse" has a mean of at most 1 for every canary within the margin', () => {
    let largest = 0
    for (const margin of margins) {
      for (const stable of rates) {
        for (const guess of [0.02, 0.3]) {
          const edge = Math.min(1, margin.ratio * stable + margin.absolute)
          for (const canary of [edge, edge / 2]) {
            const q = { canary: Math.min(0.95, 3 * (margin.ratio * guess + margin.absolute)), stable: guess }
            const mean = expectation({ nc: 4, nb: 6, canary, stable }, (counts) =>
              Math.exp(halfPlaneLogFactor(intervalFrom(counts), q, margin)),
            )
            largest = Math.max(largest, mean)
          }
        }
      }
    }
    expect(largest).toBeLessThanOrEqual(1 + 1e-9)
    expect(largest).toBeGreaterThan(0.9)
  })

  test('for promotion has a mean of at most 1 for every canary beyond the margin', () => {
    let largest = 0
    for (const margin of margins.slice(1)) {
      for (const stable of rates) {
        const edge = Math.min(1, margin.ratio * stable + margin.absolute)
        for (const canary of [edge, (edge + 1) / 2]) {
          for (const expected of [0.002, 0.1, 0.4]) {
            const mean = expectation({ nc: 4, nb: 6, canary, stable }, (counts) => {
              const factors = nonInferiorityLogFactors(intervalFrom(counts), expected, margin)
              return factors.reduce((sum, ln, j) => sum + (promotionPrior[j] ?? 0) * Math.exp(ln), 0)
            })
            largest = Math.max(largest, mean)
          }
        }
      }
    }
    expect(largest).toBeLessThanOrEqual(1 + 1e-9)
    expect(largest).toBeGreaterThan(0.9)
  })

  test('follows the rule of three: without failures, ln(20) / 0.5 % = 600 requests of the canary prove a margin of 0.5 %', () => {
    const perRequest = nonInferiorityLogFactors(intervalFrom([600, 1e9, 0, 0]), 1e-9, { ratio: 1, absolute: 0.005 })
    expect(Math.exp(perRequest[2] ?? 0)).toBeGreaterThan(20)
  })
})
