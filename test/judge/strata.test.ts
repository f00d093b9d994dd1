import { describe, expect, test } from '@jest/globals'
import { createJudge, type Judge, type Judgement, type Sample } from '@deploy-kit/judge'

type Both = Pick<Sample, 'canary' | 'stable'>

const options = { weights: [10, 100], overdispersion: 1 }

/** One look every 15 s: a few users, and as many probes on each side. */
const looks = (judge: Judge, times: number, users: Both, probes?: Both, more: Partial<Sample> = {}): Judgement => {
  let last: Judgement | undefined
  for (let k = 0; k < times; k += 1) {
    last = judge.observe({
      at: 1_000_000 + (judge.state()?.series.length ?? 0) * 15_000,
      weight: 10,
      stepBegan: false,
      mode: 'rollout',
      ...users,
      ...(probes && { strata: [probes] }),
      ...more,
    })
  }
  if (last === undefined) throw new Error('no look')
  return last
}

const few = { canary: { requests: 1, failures: 0 }, stable: { requests: 9, failures: 0 } }
const clean = { canary: { requests: 75, failures: 0 }, stable: { requests: 75, failures: 0 } }

describe('synthetic requests beside the few of the users', () => {
  test('a service with little traffic is promoted by its probes, which the users alone would not do', () => {
    expect(looks(createJudge(options), 40, few).verdict).toBe('insufficient')
    expect(looks(createJudge(options), 40, few, clean).verdict).toBe('pass')
  })

  test('a canary whose probes fail goes back', () => {
    const judge = createJudge(options)
    const { verdict, culprit } = looks(judge, 4, few, { ...clean, canary: { requests: 75, failures: 15 } })
    expect([verdict, culprit]).toEqual(['fail', 'errors'])
  })

  test('a probe that fails more often than the users, on both sides alike, is no reason: the mix of the two is not compared', () => {
    const probes = { canary: { requests: 75, failures: 30 }, stable: { requests: 75, failures: 30 } }
    const many = { canary: { requests: 30, failures: 0 }, stable: { requests: 2970, failures: 0 } }
    expect(looks(createJudge({ weights: [1, 100] }), 40, many, probes, { weight: 1 }).verdict).not.toBe('fail')
    // As one heap: 30 of 105 against 30 of 3045.
    const heap = { canary: { requests: 105, failures: 30 }, stable: { requests: 3045, failures: 30 } }
    expect(looks(createJudge({ weights: [1, 100] }), 40, heap, undefined, { weight: 1 }).verdict).toBe('fail')
  })

  test('a look with probes alone can pass, and one without anything cannot', () => {
    const judge = createJudge(options)
    looks(judge, 40, few, clean)
    const nobody = { canary: { requests: 0, failures: 0 }, stable: { requests: 0, failures: 0 } }
    expect(looks(judge, 1, nobody, clean).verdict).toBe('pass')
    expect(looks(judge, 1, nobody).verdict).toBe('no-data')
  })

  test('the reference of a canary that is alone is what the users saw, not the probes', () => {
    const users = { canary: { requests: 30, failures: 1 }, stable: { requests: 270, failures: 8 } }
    const judge = createJudge(options)
    looks(judge, 40, users, clean)
    // The same 3 % as before, which beside 40 looks of clean probes would seem twice as much.
    const alone = { canary: { requests: 300, failures: 9 }, stable: { requests: 0, failures: 0 } }
    const { evidence, verdict } = looks(judge, 40, alone, clean, { weight: 100 })
    expect(evidence.reference).toMatchObject({ requests: 40 * 270, failures: 40 * 8 })
    expect(verdict).not.toBe('fail')
  })

  test('the state goes through JSON and carries on bit for bit', () => {
    const whole = createJudge(options)
    looks(whole, 10, few, clean)
    const saved: unknown = JSON.parse(JSON.stringify(whole.state()))
    const restored = createJudge(options, saved as NonNullable<ReturnType<Judge['state']>>)
    expect(looks(restored, 5, few, clean)).toEqual(looks(whole, 5, few, clean))
  })

  test('impossible counts are named', () => {
    const wrong = { ...clean, canary: { requests: 1, failures: 2 } }
    expect(() => looks(createJudge(options), 1, few, wrong)).toThrow('sample.strata[0].canary.failures is 2')
  })
})
