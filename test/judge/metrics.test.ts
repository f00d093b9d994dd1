import {
  createJudge,
  isSpread,
  describeEvidence,
  type JudgeOptions,
  type JudgeState,
  type Judgement,
  type Reading,
  type Sample,
} from '@deploy-kit/judge'
import { describe, expect, test } from '@jest/globals'

const boundaries = [0.05, 0.1, 0.25, 0.5, 1]
const usual = [300, 400, 200, 80, 10, 10]
const slower = [150, 300, 300, 180, 50, 20]
const scaled = (counts: readonly number[], times: number) => counts.map((count) => Math.round(count * times))
const side = (failures: number, latency?: readonly number[], requests = 1000) => ({ requests, failures, latency })

type Interval = Partial<Sample>
/** What the judge says after each of the intervals, ten seconds apart at a weight of 10 %. */
const judged = (options: JudgeOptions, ...intervals: Interval[]): Judgement => {
  const judge = createJudge(options)
  let last: Judgement | undefined
  for (const [k, interval] of intervals.entries()) {
    last = judge.observe({ at: k * 10_000, weight: 10, stepBegan: k === 0, mode: 'rollout', ...interval })
  }
  if (last === undefined) throw new Error('no interval was given')
  return last
}
const times = (count: number, interval: Interval): Interval[] => Array.from({ length: count }, () => interval)
const latencies = (canary: readonly number[]): Interval => ({
  boundaries,
  canary: side(0, scaled(canary, 0.1), 100),
  stable: side(1, scaled(usual, 0.9), 900),
})

const watch = (canary: readonly number[]): Interval => ({ mode: 'watch', weight: 100, boundaries, canary: side(0, canary) })

describe('latency', () => {
  test('a canary that answers slower is sent back, with its quantiles', () => {
    const says = judged({ latency: {} }, ...times(3, latencies(usual)), ...times(12, latencies(slower)))
    expect(says).toMatchObject({ verdict: 'fail', culprit: 'latency', withinTolerance: false })
    expect(describeEvidence(says.evidence)).toMatch(
      /^latency: canary 50 % of 1500 over 100 ms against 30 % of 13500, p50 100 ms against 71 ms, p99 1 s against 1 s, (over )?\d+ : 1, needed 300 : 1, since 2 m 20 s$/,
    )
  })

  test('a canary as quick as stable passes, and the objective is proven on the way', () => {
    const says = judged({ latency: { slo: 0.5 } }, ...times(60, latencies(usual)))
    expect(says).toMatchObject({ verdict: 'pass', withinTolerance: true })
    expect(says.evidence.metrics.map(({ metric, kind }) => [metric, kind])).toEqual([
      ['errors', 'failures'],
      ['latency', 'latency'],
      ['latency-slo', 'failures'],
    ])
  })

  test('a step does not pass on failures alone while the objective is not proven', () => {
    const says = judged({ latency: { slo: 0.5 } }, ...times(60, { canary: side(0, undefined, 100), stable: side(1, undefined, 900) }))
    expect(says.evidence.promotion.odds).toBeGreaterThan(20)
    expect(says.verdict).toBe('insufficient')
    expect(describeEvidence(says.evidence)).toMatch(/not sure yet of latency-slo$/)
  })

  test('a slow-down that both sides share is not the fault of the canary', () => {
    const both = { boundaries, canary: side(0, scaled(slower, 0.1), 100), stable: side(1, scaled(slower, 0.9), 900) }
    const says = judged({ latency: {} }, ...times(10, latencies(usual)), ...times(60, both))
    expect(says.verdict).not.toBe('fail')
  })

  test('after the promotion the share of slow requests is held against what stable had', () => {
    const good = [...times(30, latencies(usual)), ...times(10, watch(usual))]
    expect(judged({ latency: { slo: 0.5 } }, ...good).verdict).toBe('pass')
    expect(judged({ latency: { slo: 0.5 } }, ...good, ...times(10, watch([100, 200, 300, 300, 80, 20])))).toMatchObject({
      verdict: 'fail',
      culprit: 'latency-slo',
    })
  })

  test('advisory latency is reported and decides nothing', () => {
    const says = judged({ latency: { role: 'advisory', slo: 0.5 } }, ...times(40, latencies(slower)))
    expect(says.verdict).toBe('pass')
    expect(says.evidence.metrics[1]?.against.odds).toBeGreaterThan(1000)
  })

  test('different buckets of the two sides, or of two looks, are an error that says so', () => {
    expect(() => judged({ latency: {} }, { boundaries, canary: side(0, [1, 2, 3]), stable: side(0, usual) })).toThrow(
      'sample.canary.latency has 3 buckets and the boundaries make 6; both sides need the same bucket layout',
    )
    const other = { boundaries: [0.1, 0.2, 0.3, 0.4, 0.5], canary: side(0, usual), stable: side(0, usual) }
    expect(() => judged({ latency: {} }, latencies(usual), other)).toThrow(
      'latency buckets end at 0.1, 0.2, 0.3, 0.4, 0.5 now and at 0.05, 0.1, 0.25, 0.5, 1 before',
    )
    expect(() => judged({ latency: {} }, { ...other, boundaries: [0.2, 0.1, 0.3, 0.4, 0.5] })).toThrow('boundaries holds 0.1 at place 1')
  })
})

const logins = (failures: number): Readonly<Record<string, Reading>> => ({
  logins: { canary: side(failures, undefined, 50), stable: side(2, undefined, 450) },
})

describe('several metrics', () => {
  const options: JudgeOptions = { metrics: { logins: { kind: 'failures', budgetShare: 2 } } }

  test('share one budget, and the one that fails is named', () => {
    const says = judged(options, ...times(8, { canary: side(1, undefined, 100), stable: side(9, undefined, 900), metrics: logins(5) }))
    expect(says).toMatchObject({ verdict: 'fail', culprit: 'logins' })
    expect(says.evidence.metrics.map(({ against }) => Math.round(against.needed))).toEqual([200, 200])
    expect(describeEvidence(says.evidence)).toMatch(/^logins: canary 10 % \(40\/400\) against 0\.4 % \(16\/3600\), /)
  })

  test('need the evidence of every critical one to pass', () => {
    const says = judged(options, ...times(60, { canary: side(0, undefined, 100), stable: side(1, undefined, 900) }))
    expect(says.verdict).toBe('insufficient')
  })

  test('must have one that decides', () => {
    expect(() => createJudge({ errors: { role: 'advisory' } })).toThrow('every metric is advisory')
    expect(() => createJudge({ metrics: { errors: { kind: 'failures' } } })).toThrow(
      'metrics.errors has the name of a metric that is built in',
    )
    expect(() => createJudge({ latency: { slo: -1 } })).toThrow('latency.slo is -1')
  })

  test('and their state belong together', () => {
    const judge = createJudge(options)
    judge.observe({ at: 0, weight: 10, stepBegan: true, mode: 'rollout' })
    expect(() => createJudge({}, judge.state())).toThrow('the saved state has the metrics errors, logins and the options errors')
  })

  test('go through JSON with bit-identical results', () => {
    const everything: JudgeOptions = { ...options, latency: { slo: 0.25 }, overdispersion: 1.3 }
    const samples = Array.from({ length: 30 }, (_, k): Sample => ({
      ...latencies(k > 15 ? slower : usual),
      at: k * 10_000,
      weight: 10,
      stepBegan: k === 0,
      mode: 'rollout',
      metrics: logins(k % 3),
      halves: [side(1), side(k % 2)],
    }))
    const straight = createJudge(everything)
    const answers = samples.map((sample) => straight.observe(sample))
    let broken = createJudge(everything)
    const again = samples.map((sample) => {
      broken = createJudge(everything, JSON.parse(JSON.stringify(broken.state())) as JudgeState | null)
      return broken.observe(sample)
    })
    expect(JSON.stringify(again)).toBe(JSON.stringify(answers))
    expect(JSON.stringify(broken.series())).toBe(JSON.stringify(straight.series()))
  })
})

const memory = (canary: number): Interval => ({
  canary: side(0, undefined, 100),
  stable: side(1, undefined, 900),
  metrics: { memory: { gauge: { canary, stable: 500 } } },
})

describe('a gauge', () => {
  test('is a weak witness: it is heard, and decides nothing', () => {
    const says = judged({ metrics: { memory: { kind: 'gauge' } } }, ...times(60, memory(900)))
    expect(says.verdict).toBe('pass')
    expect(says.evidence.metrics[1]).toMatchObject({ kind: 'gauge', strength: 'weak', advisory: true, looks: 60, beyond: 60 })
  })

  test('decides where one asks it to, by how often it is beyond the tolerance', () => {
    const critical: JudgeOptions = { metrics: { memory: { kind: 'gauge', role: 'critical' } } }
    expect(judged(critical, ...times(60, memory(540))).verdict).toBe('pass')
    const says = judged(critical, ...times(14, memory(900)))
    expect(says).toMatchObject({ verdict: 'fail', culprit: 'memory', withinTolerance: false })
    expect(describeEvidence(says.evidence)).toMatch(
      /^memory: canary 900 against 500, beyond the tolerance at 14 of 14 looks \(weak test\), \d+ : 1, needed 300 : 1, since 2 m 10 s$/,
    )
    expect(() => judged(critical, memory(Number.NaN))).toThrow('sample.metrics.memory.gauge.canary is NaN')
  })
})

describe('an environment that differs from itself', () => {
  const bad = { canary: side(5, undefined, 100), stable: side(9, undefined, 900) }
  test('is called noisy, and nothing is rolled back on statistics alone', () => {
    const noisy = { halves: [side(0, undefined, 450), side(9, undefined, 450)] as const }
    const says = judged(
      {},
      ...times(20, { ...noisy, canary: side(1, undefined, 100), stable: side(9, undefined, 900) }),
      ...times(20, { ...bad, ...noisy }),
    )
    expect(says.verdict).toBe('noisy')
    expect(describeEvidence(says.evidence)).toMatch(
      /^stable differs from itself, .* : 1, needed 100 : 1: too noisy for statistics, since 6 m 30 s$/,
    )
  })

  test('is not seen where the halves agree', () => {
    expect(judged({}, ...times(20, { ...bad, halves: [side(4, undefined, 450), side(5, undefined, 450)] })).verdict).toBe('fail')
  })
})

describe('failures that come in clumps', () => {
  const [none, clump] = [side(0, undefined, 450), side(4, undefined, 450)]
  /** Four at a time in one of stable's halves, at every other look. */
  const clumped = (k: number, failures: number) => ({
    canary: side(failures, undefined, 100),
    stable: side(k % 2 === 0 ? 4 : 0, undefined, 900),
    halves: k % 4 === 0 ? ([clump, none] as const) : k % 2 === 0 ? ([none, clump] as const) : ([none, none] as const),
  })
  const quiet = Array.from({ length: 12 }, (_, k) => clumped(k, 0))
  const unknown = quiet.map((interval) => ({ ...interval, halves: undefined }))

  test('are known by the halves of stable, and two more of them are no proof', () => {
    const strike = clumped(13, 8)
    const says = judged({ overdispersion: 1 }, ...quiet, strike)
    expect(says.verdict).not.toBe('fail')
    expect(says.evidence.overdispersion).toMatchObject({ phi: expect.closeTo(4, 0), measured: true })
    expect(describeEvidence(says.evidence)).toMatch(/; failures come in clumps, 4 count as one$/)
    expect(judged({ overdispersion: 1 }, ...unknown, { ...strike, halves: undefined }).verdict).toBe('fail')
  })

  test('send a canary back all the same, when it has many of them', () => {
    expect(judged({}, ...quiet, ...Array.from({ length: 20 }, (_, k) => clumped(k, 6)))).toMatchObject({
      verdict: 'fail',
      evidence: { control: { odds: expect.any(Number) } },
    })
  })

  test('that become known later are counted as what they were from the beginning', () => {
    const asked = { minimumErrors: 1_000, overdispersion: 1 }
    const strike = { canary: side(8, undefined, 100), stable: side(0, undefined, 900), halves: [none, none] as const }
    const before = judged(asked, strike).evidence.against.odds
    const after = judged(asked, strike, ...quiet.slice(0, 3)).evidence.against.odds
    const forgetting = judged(asked, strike, ...unknown.slice(0, 3)).evidence.against.odds
    expect(before).toBeGreaterThan(100)
    expect(forgetting).toBeGreaterThan(100)
    expect(after).toBeLessThan(10)
  })

  test('that were known before the rollout count from its first look', () => {
    const halves = quiet.map(({ halves: [first, second] }) => ({ first, second }))
    const strike = { canary: side(5, undefined, 100), stable: side(0, undefined, 900) }
    expect(judged({ overdispersion: 1 }, strike).verdict).toBe('fail')
    const says = judged({ overdispersion: 1, history: { requests: 0, failures: 0, halves } }, strike)
    expect(says).toMatchObject({ verdict: 'insufficient', evidence: { overdispersion: { measured: true } } })
  })

  test('that were known from an earlier rollout fade as it is measured anew', () => {
    const judge = createJudge({})
    for (const [k, interval] of quiet.entries()) judge.observe({ at: k, weight: 10, stepBegan: k === 0, mode: 'rollout', ...interval })
    const spread = JSON.parse(JSON.stringify(judge.state()?.spread)) as unknown
    expect(isSpread(spread)).toBe(true)
    if (!isSpread(spread)) return
    const history = { requests: 0, failures: 0, spread }
    const strike = { canary: side(8, undefined, 100), stable: side(0, undefined, 900) }
    expect(judged({ history }, strike)).toMatchObject({
      verdict: 'insufficient',
      evidence: { overdispersion: { phi: expect.closeTo(4, 0) } },
    })
    const even = {
      canary: side(0, undefined, 100),
      stable: side(4, undefined, 900),
      halves: [side(2, undefined, 450), side(2, undefined, 450)] as const,
    }
    expect(judged({ history }, ...times(60, even)).evidence.overdispersion).toEqual({ phi: 1, measured: true, supposed: 1 })
    expect([{}, [], [{}, {}, {}], 'spread'].map(isSpread)).toEqual([false, false, false, false])
  })

  test('of a version that runs alone are its own, and no noise', () => {
    const watched = {
      mode: 'watch',
      weight: 100,
      canary: undefined,
      stable: side(30, undefined, 100),
      halves: [side(30, undefined, 50), side(0, undefined, 50)],
    } as const
    expect(judged({ history: { requests: 10_000, failures: 10 } }, ...times(30, watched))).toMatchObject({
      verdict: 'fail',
      evidence: { overdispersion: { phi: 1, measured: false }, control: null },
    })
  })

  test('that are given are the least that is believed', () => {
    const even = times(12, {
      canary: side(0, undefined, 100),
      stable: side(4, undefined, 900),
      halves: [side(2, undefined, 450), side(2, undefined, 450)] as const,
    })
    expect(judged({}, ...even).evidence.overdispersion).toEqual({ phi: 1, measured: true, supposed: 1 })
    expect(judged({ overdispersion: 3 }, ...even).evidence.overdispersion).toEqual({ phi: 3, measured: true, supposed: 3 })
    expect(judged({ errors: { overdispersion: 2 } }, ...quiet).evidence.overdispersion.phi).toBeGreaterThan(3)
  })
})

/** A look of a version alone. */
const alone = (failures: number) => ({ mode: 'watch' as const, weight: 100, canary: side(failures, undefined, 100), stable: undefined })

/** A canary of which a fifth is slow, beside a stable with so many slow ones. */
const slowed = (slow: number) => ({
  boundaries: [0.1],
  canary: { requests: 100, failures: 0, latency: [80, 20] },
  stable: { requests: 900, failures: 0, latency: [900 - slow, slow] },
})

describe('failures of which nobody knows how they clump', () => {
  const strike = { canary: side(8, undefined, 100), stable: side(0, undefined, 900) }

  test('count as one in each look, until stable has shown that they come one by one', () => {
    const first = judged({}, strike)
    expect(first).toMatchObject({ verdict: 'insufficient', evidence: { overdispersion: { phi: 1, supposed: 16 } } })
    expect(describeEvidence(first.evidence)).toMatch(/; how failures clump is not known yet, so up to 16 of a look count as one$/)
    // Three looks with failures are needed at a tenth of the traffic, however many they are.
    expect(judged({}, strike, strike).verdict).toBe('insufficient')
    expect(judged({}, strike, strike, strike)).toMatchObject({ verdict: 'fail', culprit: 'errors' })
  })

  test('are known to come one by one from stable alone, by looks that hardly differ', () => {
    const steady = { canary: side(0, undefined, 100), stable: side(9, undefined, 900) }
    const intervals = Array.from({ length: 60 }, () => ({ requests: 900, failures: 9 }))
    expect(judged({}, ...times(60, steady)).evidence.overdispersion).toEqual({ phi: 1, measured: true, supposed: 1 })
    expect(judged({ history: { requests: 0, failures: 0, intervals } }, strike)).toMatchObject({
      verdict: 'fail',
      evidence: { overdispersion: { supposed: 1 } },
    })
  })

  test('are supposed to clump for as long as stable has none', () => {
    const silent = { canary: side(0, undefined, 100), stable: side(0, undefined, 900) }
    expect(judged({}, ...times(200, silent)).evidence.overdispersion).toMatchObject({ supposed: 16 })
    expect(judged({}, ...times(200, silent), ...times(5, strike)).verdict).toBe('fail')
  })

  test('of a version alone count as one in each look too, where its limit is hardly ever reached', () => {
    const history = { requests: 20_000, failures: 2 }
    const odds = (options: JudgeOptions, ...failures: readonly number[]) =>
      judged({ ...options, history }, ...failures.map(alone)).evidence.against.odds
    // Two failures in each of six looks: hardly a proof when a sixteenth of each is all that counts, but six clumps all the same.
    expect(odds({}, 2, 2, 2, 2, 2, 2)).toBeGreaterThan(10 * odds({ overdispersion: 16 }, 2, 2, 2, 2, 2, 2))
    expect(odds({}, 2, 2, 2, 2, 2, 2)).toBeLessThan(odds({ overdispersion: 1 }, 2, 2, 2, 2, 2, 2))
    expect(odds({}, 12, 0, 0, 0, 0, 0)).toBeLessThan(100)
  })

  test('of a metric of its own are found out by itself', () => {
    const options: JudgeOptions = { metrics: { payments: { kind: 'failures' } } }
    const clean = { canary: side(0, undefined, 100), stable: side(0, undefined, 900) }
    const paid = { ...clean, metrics: { payments: strike } }
    expect(judged(options, paid).verdict).toBe('insufficient')
    expect(judged(options, ...times(5, paid))).toMatchObject({ verdict: 'fail', culprit: 'payments' })
    expect(judged({ metrics: { payments: { kind: 'failures', overdispersion: 1 } } }, paid).verdict).toBe('fail')
  })

  test('and slow requests as well: stable tells by looks that differ more than chance', () => {
    const history = { requests: 1000, failures: 0, boundaries: [0.1], latency: [950, 50] }
    const odds = (...slow: readonly number[]) =>
      judged({ latency: { history } }, ...slow.map(slowed)).evidence.metrics.find(({ metric }) => metric === 'latency')?.against.odds ?? 0
    expect(odds(45, 45, 45, 45, 45, 45)).toBeGreaterThan(100)
    expect(odds(5, 85, 5, 85, 5, 85)).toBeLessThan(odds(45, 45, 45, 45, 45, 45) / 1000)
  })
})

describe('the strict promise', () => {
  const slightlyWorse = { canary: side(60, undefined, 5000), stable: side(50, undefined, 5000) }
  test('protects a canary that is worse within the tolerance, where the usual one sees the difference', () => {
    const tolerance = { ratio: 1.1, absolute: 0.002 }
    expect(judged({ tolerance }, ...times(60, slightlyWorse)).evidence.against.odds).toBeGreaterThan(100)
    expect(judged({ tolerance, protects: 'within-tolerance' }, ...times(60, slightlyWorse)).evidence.against.odds).toBeLessThan(1)
  })

  test('still finds what is beyond it', () => {
    expect(
      judged({ protects: 'within-tolerance' }, ...times(12, { canary: side(4, undefined, 100), stable: side(9, undefined, 900) })),
    ).toMatchObject({ verdict: 'fail', culprit: 'errors' })
  })
})

const shareSeen = (canary: number) =>
  judged({}, ...times(5, { canary: side(0, undefined, canary), stable: side(0, undefined, 1000 - canary) })).evidence.share

test('a router that does not do what it was told shows in the evidence', () => {
  expect(shareSeen(100)).toMatchObject({ observed: 0.1, configured: 0.1 })
  expect(shareSeen(100).odds).toBeLessThan(1)
  expect(shareSeen(20).odds).toBeGreaterThan(1e6)
})

test('the series for a chart stays small however long the rollout is', () => {
  const judge = createJudge()
  for (let k = 0; k < 2000; k++)
    judge.observe({ at: k * 1000, weight: 5, stepBegan: false, mode: 'rollout', canary: side(0), stable: side(1) })
  const series = judge.series()
  expect(series.length).toBeGreaterThan(70)
  expect(series.length).toBeLessThanOrEqual(160)
  expect(series.at(-1)).toMatchObject({ at: 1_999_000, canary: [1000, 0], stable: [1000, 1] })
  expect(series[0]?.at).toBe(0)
})
