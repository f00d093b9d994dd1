import { createJudge, describeEvidence, type JudgeOptions, type JudgeState, type Judgement, type Sample } from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'

const start = Date.UTC(2026, 0, 1)
type Counts = readonly [requests: number, failures: number] | undefined

const side = (counts: Counts) => (counts === undefined ? undefined : { requests: counts[0], failures: counts[1] })

/** A rollout looked at every ten seconds. */
const rollout = (options: JudgeOptions = {}, saved?: JudgeState | null) => {
  const judge = createJudge(options, saved)
  let at = saved?.at ?? start
  let last: Judgement | undefined
  let begins = saved === undefined
  const weight = { now: 10, mode: 'rollout' as Sample['mode'] }
  const story = {
    judge,
    step: (percent: number) => ((weight.now = percent), (begins = true), story),
    promoted: () => ((weight.now = 100), (weight.mode = 'watch'), (begins = true), story),
    sees: (canary: Counts, stable: Counts, times = 1) => {
      for (let k = 0; k < times; k++) {
        at += 10_000
        last = judge.observe({ at, weight: weight.now, mode: weight.mode, stepBegan: begins, canary: side(canary), stable: side(stable) })
        begins = false
      }
      return story
    },
    get says() {
      if (last === undefined) throw new Error('nothing was seen yet')
      return last
    },
  }
  return story
}

/** Evidence against a canary that fails four times as often, when this much dispersion is known. */
const oddsWith = (overdispersion: number) => rollout({ overdispersion }).sees([100, 4], [900, 9], 3).says.evidence.against.odds

describe('a rollout before the judge', () => {
  test('a canary that fails three times as often is sent back, with the evidence in one sentence', () => {
    const { says } = rollout().sees([100, 1], [900, 8], 2).sees([100, 4], [900, 8], 4)
    expect(says).toMatchObject({ verdict: 'fail', culprit: 'errors', withinTolerance: false })
    expect(describeEvidence(says.evidence)).toMatch(
      /^canary 3 % \(18\/600\) against 0\.9 % \(48\/5400\), \d+ : 1, needed 100 : 1, since 50 s$/,
    )
  })

  test('a canary as good as stable passes its step, at a margin that fits the weight', () => {
    const { says } = rollout().sees([100, 0], [900, 1], 30)
    expect(says).toMatchObject({
      verdict: 'pass',
      withinTolerance: true,
      evidence: { promotion: { needed: 20, margin: { ratio: 1.1, absolute: 0.01 } } },
    })
    expect(says.evidence.promotion.odds).toBeGreaterThan(20)
    expect(describeEvidence(says.evidence)).toMatch(
      /^canary 0 % \(0\/3000\) against 0\.1 % \(30\/27000\), \d+ : 1 for it, needed 20 : 1, since 4 m 50 s$/,
    )
  })

  test('a few requests say nothing yet', () => {
    const { says } = rollout().sees([10, 0], [90, 0])
    expect(says).toMatchObject({ verdict: 'insufficient', withinTolerance: true })
    expect(says).not.toHaveProperty('culprit')
  })

  test('two failures never send a canary back, however rare they are on stable', () => {
    const story = rollout().sees([10, 1], [100_000, 0], 2)
    expect(story.says.evidence.against.odds).toBeGreaterThan(500)
    expect(story.says.verdict).toBe('insufficient')
    expect(story.sees([10, 1], [100_000, 0]).says.verdict).toBe('fail')
  })

  test('a difference that is certain but inside the tolerance is not a reason to go back', () => {
    const { says } = rollout({ tolerance: { ratio: 1.5, absolute: 0 } }).sees([500_000, 6000], [500_000, 5000], 5)
    expect(says.evidence.against.odds).toBeGreaterThan(1e6)
    expect(says).toMatchObject({ withinTolerance: true })
    expect(says.verdict).not.toBe('fail')
  })

  test('a regression that begins late is found as such, not diluted by the good time before', () => {
    const story = rollout().sees([100, 1], [900, 9], 180).sees([100, 5], [900, 9], 18)
    expect(story.says).toMatchObject({ verdict: 'fail', culprit: 'errors' })
    expect(story.says.evidence.stretch.sinceMs).toBeLessThan(8 * 60_000)
    expect(story.says.evidence.sinceMs).toBeGreaterThan(30 * 60_000)
  })

  test('a failing verdict is never taken back', () => {
    const story = rollout({ overdispersion: 1 }).sees([100, 20], [900, 1])
    expect(story.says.verdict).toBe('fail')
    expect(story.sees([1000, 0], [9000, 90], 200).says).toMatchObject({ verdict: 'fail', culprit: 'errors' })
  })

  test('evidence of small steps counts at the next one, but not at its narrower margin alone', () => {
    const story = rollout({ weights: [10, 50] }).sees([200, 0], [1800, 2], 6)
    const wide = story.says.evidence.promotion
    const narrow = story.step(50).sees([0, 0], [1, 0]).says.evidence.promotion
    expect(wide.margin.absolute).toBeCloseTo(0.01)
    expect(narrow.margin.absolute).toBeCloseTo(0.002)
    expect(narrow.odds).toBeGreaterThan(1)
    expect(narrow.odds).toBeLessThan(wide.odds)
  })

  test('a canary that turns bad after a long good time loses its pass within minutes', () => {
    const story = rollout({ tolerance: { ratio: 1, absolute: 0.02 }, falseRollbacks: 1e-30 }).sees([100, 0], [900, 0], 500)
    expect(story.says.verdict).toBe('pass')
    expect(story.sees([100, 10], [900, 0], 3).says.verdict).toBe('insufficient')
  })

  test('failures in clumps count for less when the dispersion is known', () => {
    expect(oddsWith(4)).toBeLessThan(oddsWith(1))
  })
})

describe('what is not there', () => {
  test('two silent sides are no data, and never a pass', () => {
    const story = rollout().sees([1000, 0], [9000, 0], 10)
    expect(story.says.verdict).toBe('pass')
    expect(story.sees([0, 0], [0, 0]).says.verdict).toBe('no-data')
    expect(story.sees(undefined, undefined).says.verdict).toBe('no-data')
    expect(describeEvidence(story.says.evidence)).toMatch(/^no requests on either side/)
  })

  test('a canary that gets no requests is not passed, and after what luck can explain it is sent back', () => {
    const story = rollout().step(5).sees(undefined, [100, 0])
    expect(story.says.verdict).toBe('insufficient')
    expect(story.sees([0, 0], [100, 0], 2).says.verdict).toBe('insufficient')
    expect(story.sees([0, 0], [100, 0], 3).says).toMatchObject({ verdict: 'fail', culprit: 'no-traffic' })
    expect(describeEvidence(story.says.evidence)).toBe('canary 0 requests at a weight of 5 %, stable 600, since 50 s')
  })

  test('after many requests of the canary there were many chances of a lucky silence, so it takes a longer one', () => {
    const looks = (story: ReturnType<typeof rollout>) => {
      for (let k = 1; k < 100; k++) if (story.sees([0, 0], [50, 0]).says.verdict === 'fail') return k
      return Infinity
    }
    const fresh = looks(rollout().step(5))
    const heard = looks(rollout().step(5).sees([50, 0], [950, 0], 20))
    expect(fresh).toBe(4)
    expect(heard).toBe(9)
  })

  test('at little traffic the silence of a small share is luck for a long time', () => {
    expect(rollout().step(5).sees([0, 0], [1, 0], 100).says.verdict).toBe('insufficient')
  })

  test('a canary without weight is not expected to have requests', () => {
    expect(rollout().step(0).sees([0, 0], [1000, 0], 100).says.verdict).toBe('insufficient')
  })

  test('a sample that arrives twice counts once, and cannot pass a step again', () => {
    const judge = createJudge()
    const sample: Sample = {
      at: start,
      weight: 10,
      stepBegan: true,
      mode: 'rollout',
      canary: { requests: 2000, failures: 0 },
      stable: { requests: 18_000, failures: 0 },
    }
    expect(judge.observe(sample).verdict).toBe('pass')
    const late = judge.observe({ ...sample, weight: 5 })
    expect(late).toMatchObject({ verdict: 'no-data', evidence: { canary: { requests: 2000 } } })
    expect(judge.observe({ ...sample, at: start - 1 }).evidence.canary.requests).toBe(2000)
    expect(judge.series()).toHaveLength(1)
  })
})

describe('all the traffic on the new version', () => {
  test('is judged against what stable did before, and passes when it is as good', () => {
    const story = rollout().sees([1000, 2], [9000, 9], 30).promoted().sees([10_000, 10], undefined)
    expect(story.says.evidence.reference).toMatchObject({ requests: 270_000, failures: 270 })
    expect(story.sees([10_000, 10], undefined, 30).says).toMatchObject({ verdict: 'pass', withinTolerance: true })
  })

  test('goes back when it turns bad during the watch, also when its counts come under the name of stable', () => {
    const story = rollout().sees([1000, 1], [9000, 9], 30).promoted().sees(undefined, [10_000, 10], 20)
    expect(story.says.verdict).toBe('pass')
    const { says } = story.sees(undefined, [10_000, 200], 2)
    expect(says).toMatchObject({ verdict: 'fail', culprit: 'errors' })
    expect(describeEvidence(says.evidence)).toMatch(
      /^canary .* against 0\.1 % \(270\/270000\) before, over 1000000 : 1, needed 100 : 1, since /,
    )
  })

  test('a first release has only the absolute margin to meet', () => {
    const story = rollout({ tolerance: { absolute: 0.01 } })
      .step(100)
      .sees([100, 0], undefined, 3)
    expect(story.says.verdict).toBe('insufficient')
    expect(story.sees([100, 0], undefined, 20).says).toMatchObject({ verdict: 'pass', withinTolerance: true })
  })
})

describe('the absolute guard', () => {
  test('ends the rollout when most of all requests fail, on both sides alike', () => {
    const story = rollout().sees([10, 0], [90, 0], 60).sees([10, 9], [90, 81], 3)
    expect(story.says).toMatchObject({ verdict: 'fail', culprit: 'ceiling' })
    expect(describeEvidence(story.says.evidence)).toMatch(/of all requests fail, ceiling 50 %, .* : 1, needed 1000 : 1/)
  })

  test('an outage that both sides share does not count against the canary', () => {
    const { says } = rollout().sees([10, 0], [90, 0], 60).sees([10, 3], [90, 27], 30)
    expect(says.evidence.against.odds).toBeLessThan(10)
    expect(says.verdict).not.toBe('fail')
  })

  test('can be turned off', () => {
    expect(rollout({ ceiling: 1 }).sees([10, 9], [90, 81], 30).says.verdict).not.toBe('fail')
  })
})

/** All answers of one rollout, whose judge is saved and restored before look number `cut`. */
const answersWith = (cut: number) => {
  let judge = createJudge({ weights: [5, 50] })
  const answers: Judgement[] = []
  for (let k = 0; k < 80; k++) {
    if (k === cut) judge = createJudge({ weights: [5, 50] }, JSON.parse(JSON.stringify(judge.state())) as JudgeState | null)
    const canary = k % 9 === 4 ? undefined : { requests: 40 + k, failures: k % 7 === 3 ? 1 : 0 }
    const weight = k < 20 ? 5 : k < 50 ? 50 : 100
    const mode = k < 60 ? 'rollout' : 'watch'
    answers.push(
      judge.observe({
        at: start + k * 15_000,
        weight,
        stepBegan: k % 20 === 0,
        mode,
        canary,
        stable: k < 50 ? { requests: 300, failures: k % 3 } : undefined,
      }),
    )
  }
  return JSON.stringify(answers)
}

describe('the state', () => {
  test('goes through JSON at any moment with bit-identical results', () => {
    const whole = answersWith(-1)
    for (const cut of [0, 1, 5, 33, 55, 79]) expect(answersWith(cut)).toBe(whole)
  })

  test('of another version is refused', () => {
    expect(() => createJudge({}, { version: 1 } as unknown as JudgeState)).toThrow('has version 1; this judge reads version 2')
  })

  test('of another plan is refused', () => {
    const { judge } = rollout({ weights: [5, 50] }).sees([10, 0], [90, 0])
    expect(() => createJudge({ weights: [5] }, judge.state())).toThrow('made for 3 weights and the options have 2')
  })
})

describe('nonsense is refused by name', () => {
  test.each([
    [{ falseRollbacks: 0 }, 'falseRollbacks is 0'],
    [{ falsePromotions: 1 }, 'falsePromotions is 1'],
    [{ tolerance: { ratio: 0.9 } }, 'tolerance.ratio is 0.9'],
    [{ overdispersion: 0.5 }, 'overdispersion is 0.5'],
    [{ weights: [5, 120] }, 'weights holds 120'],
    [{ history: { requests: 1, failures: 2 } }, 'history has 2 failures of 1 requests'],
  ])('option %j', (options, message) => {
    expect(() => createJudge(options)).toThrow(message)
  })

  test('counts that cannot be', () => {
    const judge = createJudge()
    const sample: Sample = { at: start, weight: 5, stepBegan: false, mode: 'rollout', stable: { requests: 10, failures: 0 } }
    expect(() => judge.observe({ ...sample, canary: { requests: 1, failures: 2 } })).toThrow('sample.canary.failures is 2')
    expect(() => judge.observe({ ...sample, canary: { requests: -1, failures: 0 } })).toThrow('sample.canary.requests is -1')
    expect(() => judge.observe({ ...sample, weight: 101 })).toThrow('sample.weight is 101')
    expect(() => judge.observe({ ...sample, at: Number.NaN })).toThrow('sample.at is NaN')
    expect(judge.state()).toBeNull()
  })
})
