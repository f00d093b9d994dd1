import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  carriedBy,
  replicasFor,
  requireSurge,
  surgeExceeded,
  surgeOf,
} from '../../../packages/platforms/src/kubernetes/workload/capacity.ts'
import { kubernetesOptions } from '../../../packages/platforms/src/kubernetes/options.ts'

const counts = fc.integer({ min: 1, max: 500 })
const weights = fc.integer({ min: 1, max: 100 })

const parsed = (maxSurge: unknown): unknown =>
  kubernetesOptions.safeParse({ namespace: 'shop', workload: 'deployment/shop', 'max-surge': maxSurge }).data?.['max-surge']

describe('the replicas of the canary', () => {
  test.each([
    [1, 3, 1],
    [10, 3, 1],
    [34, 3, 2],
    [50, 3, 2],
    [100, 3, 3],
    [5, 200, 10],
    [100, 1, 1],
  ])('at %s %% beside %s of stable are %s', (weight, stable, replicas) => {
    expect(replicasFor(weight, stable)).toBe(replicas)
  })

  test('carry no more each than those of stable do, and at 100 % are as many', () => {
    fc.assert(
      fc.property(weights, counts, (weight, stable) => {
        expect(replicasFor(weight, stable) * 100).toBeGreaterThanOrEqual(weight * stable)
        expect(replicasFor(100, stable)).toBe(stable)
      }),
    )
  })
})

describe('a bound of the surge', () => {
  test.each([
    ['2', 10, 2],
    ['50%', 3, 2],
    ['1%', 10, 1],
    ['100%', 7, 7],
  ])('of %s beside %s of stable is %s pods', (maxSurge, stable, pods) => {
    expect(surgeOf(maxSurge, stable)).toBe(pods)
  })

  test('allows exactly the weights that its pods carry', () => {
    fc.assert(
      fc.property(counts, counts, (pods, stable) => {
        const most = carriedBy(pods, stable)
        if (most > 0) expect(surgeExceeded(most, replicasFor(most, stable), stable, String(pods))).toBeUndefined()
        if (most < 100) expect(surgeExceeded(most + 1, replicasFor(most + 1, stable), stable, String(pods))).toBeDefined()
      }),
    )
  })

  test('says what it allows, and what that carries', () => {
    expect(() => requireSurge(100, 4, 4, '50%')).toThrow(
      expect.objectContaining({
        code: 'surge-too-small',
        message: '100 % of the traffic needs 4 pods of the canary beside 4 of stable; `max-surge: 50%` allows 2 pods, which carry 50 %.',
      }),
    )
    expect(() => requireSurge(50, 2, 4, '50%')).not.toThrow()
    expect(() => requireSurge(100, 4, 4, undefined)).not.toThrow()
  })

  test('is a count or a percentage', () => {
    expect([2, '2', '50%'].map(parsed)).toEqual(['2', '2', '50%'])
    expect([0, '0', '0%', '-1', 'half', 1.5].map(parsed)).toEqual(Array.from({ length: 6 }, () => undefined))
  })
})
