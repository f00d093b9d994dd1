import { describe, expect, test } from '@jest/globals'
import { assert, integer, property } from 'fast-check'
import { Assignment } from '../../../packages/platforms/src/local/edge/proxy/assignment.ts'

const dealt = (weight: number, requests: number, random: () => number): boolean[] => {
  const assignment = new Assignment(random)
  assignment.weight = weight
  return Array.from({ length: requests }, () => assignment.next())
}
const canaries = (sides: readonly boolean[]): number => sides.filter(Boolean).length

/** Chance that can be repeated (Park and Miller's generator). */
const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

describe('dealing requests to the two sides', () => {
  test.each([
    [5, 20, 1],
    [25, 4, 1],
    [50, 2, 1],
    [30, 10, 3],
    [37, 100, 37],
    [99, 100, 99],
  ])('at %i %% every %i requests hold exactly %i of the canary', (weight, block, share) => {
    const sides = dealt(weight, block * 50, seeded(weight))
    for (let start = 0; start < sides.length; start += block) expect(canaries(sides.slice(start, start + block))).toBe(share)
  })

  test('whatever the weight and the moment, the count is never a block away from the exact share', () => {
    assert(
      property(
        integer({ min: 0, max: 100 }),
        integer({ min: 1, max: 500 }),
        integer({ min: 1, max: 2 ** 31 - 2 }),
        (weight, requests, seed) => {
          const wholeHundreds = Math.floor(requests / 100)
          const count = canaries(dealt(weight, requests, seeded(seed)))
          expect(count).toBeGreaterThanOrEqual(wholeHundreds * weight)
          expect(count).toBeLessThanOrEqual((wholeHundreds + 1) * weight)
        },
      ),
    )
  })

  test('requests that come in a fixed order reach the canary in every kind', () => {
    // Four kinds of request in turn, and 1 of 4 to the canary: a fixed beat would send it one kind only.
    const sides = dealt(25, 4_000, seeded(7))
    const perKind = [0, 1, 2, 3].map((kind) => canaries(sides.filter((_, index) => index % 4 === kind)))
    for (const count of perKind) expect(count).toBeGreaterThan(200)
  })

  test('at 0 and at 100 there is nothing to deal', () => {
    expect(canaries(dealt(0, 100, seeded(1)))).toBe(0)
    expect(canaries(dealt(100, 100, seeded(1)))).toBe(100)
  })

  test('a new weight holds from the next request on', () => {
    const assignment = new Assignment(seeded(3))
    assignment.weight = 50
    assignment.next()
    assignment.weight = 100
    expect([assignment.next(), assignment.next()]).toEqual([true, true])
    assignment.weight = 0
    expect([assignment.next(), assignment.next()]).toEqual([false, false])
  })
})
