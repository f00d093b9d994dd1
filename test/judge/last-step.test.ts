import { createJudge, describeEvidence, knownAfterMs, type JudgeOptions } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'
import { poisson, seeded } from '../../bench/judge/random.ts'

const second = 1000

/** A release at 200 requests a second of which both versions fail the same share; looked at every half second. */
class Release {
  readonly #judge
  readonly #uniform
  readonly #rate: number
  seconds = 0

  constructor(rate: number, options: JudgeOptions, seed = 1) {
    this.#judge = createJudge(options)
    this.#uniform = seeded(seed)
    this.#rate = rate
  }

  look(weight: number, stepBegan = false, perLook = 100) {
    this.seconds += 0.5
    const side = (share: number) => {
      const requests = poisson(this.#uniform, perLook * share)
      return { requests, failures: Math.min(requests, poisson(this.#uniform, requests * this.#rate)) }
    }
    const at = this.seconds * second
    return this.#judge.observe({ at, weight, stepBegan, mode: 'rollout', canary: side(weight / 100), stable: side(1 - weight / 100) })
  }

  /** Seconds until a step passes; Infinity when it has not after some minutes. */
  passes(weight: number): number {
    for (let looks = 1; looks <= 400; looks++) {
      const { verdict } = this.look(weight, looks === 1)
      if (verdict === 'pass') return looks / 2
      if (verdict === 'fail') throw new Error(`a good canary was sent back at ${weight} %`)
    }
    return Infinity
  }
}

/** How many of twenty releases never have their evidence at one of the steps. */
const stuck = (weights: readonly number[]): number =>
  Array.from({ length: 20 }, (_, seed) => {
    const release = new Release(0.015, { harm: 0.01, weights }, 100 + seed)
    return Math.max(...[10, 50, 100].map((weight) => release.passes(weight)))
  }).filter((longest) => longest === Infinity).length

describe('before the canary is alone', () => {
  test('stable is watched until it is known well enough, though the step itself has its evidence', () => {
    const release = new Release(0.015, { harm: 0.01, weights: [50, 100] })
    const texts: string[] = []
    let last = release.look(50, true)
    while (last.verdict !== 'pass' && texts.length < 1200) {
      texts.push(describeEvidence(last.evidence))
      last = release.look(50)
    }
    expect(last.verdict).toBe('pass')
    expect(texts.at(-1)).toMatch(
      /^canary .* against .*, \d+ : 1 for it, needed 20 : 1; stable is not known well enough yet for the canary to be alone, since \d+ s(; how failures clump .*)?$/,
    )
  })

  test('a good version of a service that has errors is not left standing at 100 %', () => {
    // Whoever does not say that 100 % is a step is not waited for: many of the same releases never have their evidence.
    const unwatched = stuck([10, 50])
    expect(unwatched).toBeGreaterThan(5)
    expect(stuck([10, 50, 100])).toBeLessThanOrEqual(unwatched / 4)
  })

  test('a service without errors is hardly waited for', () => {
    const release = new Release(0, { harm: 0.01, weights: [50, 100] })
    expect(release.passes(50)).toBeLessThan(5)
  })

  test('a preview passes on what is seen of stable alone, and never without requests', () => {
    const release = new Release(0.01, { harm: 0.01, weights: [0, 100] })
    expect(release.look(0, true, 0).verdict).toBe('no-data')
    const { verdict, withinTolerance, evidence } = release.look(0)
    expect({ verdict, withinTolerance }).toEqual({ verdict: 'insufficient', withinTolerance: true })
    expect(describeEvidence(evidence)).toMatch(/^stable .* \(\d+\/\d+\), not enough yet to hold the canary alone against, since \d+ s$/)
    expect(release.passes(0)).toBeGreaterThan(1)
    expect(describeEvidence(release.look(0).evidence)).toMatch(/, enough to hold the canary alone against, since \d+ s$/)
  })

  test('requests of another kind, which stay on both sides, need no past of stable', () => {
    const judge = createJudge({ harm: 0.01, weights: [0, 100] })
    const side = { requests: 50, failures: 0 }
    const { verdict } = judge.observe({ at: 1, weight: 0, stepBegan: true, mode: 'rollout', strata: [{ canary: side, stable: side }] })
    expect(verdict).toBe('pass')
  })

  test('how long it takes is known before, at every other step nothing', () => {
    const options = { harm: 0.01, weights: [10, 50, 100] }
    expect(knownAfterMs({ rps: 200, weight: 10, baseline: 0.015, options })).toBe(0)
    const times = Array.from({ length: 21 }, (_, seed) => new Release(0.015, { ...options, weights: [50, 100] }, 500 + seed).passes(50))
    const median = times.toSorted((a, b) => a - b)[10] ?? Number.NaN
    const said = knownAfterMs({ rps: 200, weight: 50, baseline: 0.015, options }) / second
    expect(said / median).toBeGreaterThan(0.8)
    expect(said / median).toBeLessThan(1.25)
    expect(knownAfterMs({ rps: 0, weight: 50, baseline: 0.015, options })).toBe(Infinity)
  })
})
