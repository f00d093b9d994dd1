import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { probe, probeOptions, type ProbeOptions, type MetricSource } from '@deploy-kit/metrics'
import type { Side } from '@deploy-kit/rollout'
import { until } from '../e2e/stage/shop.ts'
import { loopback, type Loopback } from '../fakes/loopback.ts'
import { SteppedClock } from '../fakes/stepped-clock.ts'

const { signal } = new AbortController()
const open = await probe()
const schema = await probeOptions()

/** One address before both sides, which a header tells apart. Each side answers as it is told, or not at all. */
const answers: Record<Side, number | 'never' | 'breaks off'> = { canary: 200, stable: 200 }
const asked: string[] = []
let running: readonly Side[]
let edge: Loopback
let clock: SteppedClock
let source: MetricSource

beforeEach(async () => {
  Object.assign(answers, { canary: 200, stable: 200 })
  asked.length = 0
  running = ['canary', 'stable']
  clock = new SteppedClock()
  edge = await loopback((request, response) => {
    const side = request.headers['x-side'] as Side
    asked.push(`${side} ${request.url} ${String(request.headers['x-token'] ?? '')}`.trim())
    const answer = answers[side]
    if (answer === 'breaks off') {
      response.writeHead(200, { 'content-length': '10' }).write('half')
      setImmediate(() => request.socket.destroy())
    } else if (answer !== 'never') response.writeHead(answer).end('ok')
  })
})
afterEach(async () => {
  await source.close?.()
  await edge.close()
})

const probing = (options: Partial<ProbeOptions> = {}): MetricSource => {
  source = open(
    { path: '/deals?page=1', 'per-second': 2, ...options },
    {
      clock,
      secret: ({ env }) => `the value of ${env}`,
      endpoint: async (side) => (running.includes(side) ? { url: edge.url, headers: { 'x-side': side } } : undefined),
    },
  )
  return source
}

/** So many rounds of requests go out, and all that are answered have been. */
const rounds = async (times: number): Promise<void> => {
  for (let round = 0; round < times; round += 1) {
    const before = asked.length
    clock.step(500)
    await until(
      async () => asked.length >= before + running.length && clock.sleeping > 0,
      async () => `${running.length} requests; ${asked.length - before} were made`,
    )
  }
}

/** Reads until so many answers were told of each side. An answer is counted when its last byte is read, a moment after it was given. */
const tells = async (wanted: Readonly<Record<Side, number>>): Promise<Record<Side, { requests: number; failures: number }>> => {
  const seen = { canary: { requests: 0, failures: 0 }, stable: { requests: 0, failures: 0 } }
  await until(
    async () => {
      const read = await source.read(signal)
      for (const side of ['canary', 'stable'] as const) {
        seen[side].requests += read[side]?.requests ?? 0
        seen[side].failures += read[side]?.failures ?? 0
      }
      return seen.canary.requests === wanted.canary && seen.stable.requests === wanted.stable
    },
    async () => `${JSON.stringify(wanted)} answers; there are ${JSON.stringify(seen)}`,
  )
  return seen
}

describe('synthetic requests', () => {
  test('go to each side at a fixed rate from the first read on, and are counted since the last', async () => {
    const counts = probing()
    expect(await counts.read(signal)).toEqual({ at: clock.now(), canary: undefined, stable: undefined })
    await rounds(4)
    answers.canary = 503
    await rounds(2)
    expect(await tells({ canary: 7, stable: 7 })).toEqual({ stable: { requests: 7, failures: 0 }, canary: { requests: 7, failures: 2 } })
    expect(asked.filter((line) => line === 'canary /deals?page=1')).toHaveLength(7)
    expect(await counts.read(signal)).toMatchObject({ canary: undefined, stable: undefined })
  })

  test('a side that does not answer gets no fewer of them, and what is not answered is not counted yet', async () => {
    const counts = probing()
    answers.canary = 'never'
    await counts.read(signal)
    await rounds(5)
    await tells({ canary: 0, stable: 6 })
    expect(asked.filter((line) => line.startsWith('canary'))).toHaveLength(6)
  })

  test('an answer that comes too late or breaks off has failed', async () => {
    const counts = probing({ timeout: 50 })
    answers.canary = 'never'
    answers.stable = 'breaks off'
    await counts.read(signal)
    expect(await tells({ canary: 1, stable: 1 })).toEqual({ canary: { requests: 1, failures: 1 }, stable: { requests: 1, failures: 1 } })
  })

  test('a side that does not run is not asked, and is as soon as it does', async () => {
    running = ['stable']
    const counts = probing()
    await counts.read(signal)
    await rounds(2)
    await tells({ canary: 0, stable: 3 })
    running = ['canary', 'stable']
    await counts.read(signal)
    await rounds(2)
    await tells({ canary: 2, stable: 2 })
  })

  test('end with the rollout', async () => {
    const counts = probing()
    await counts.read(signal)
    await rounds(2)
    await counts.close?.()
    const before = asked.length
    await clock.advance(60_000)
    expect(asked).toHaveLength(before)
    expect(clock.sleeping).toBe(0)
  })
})

describe('before anything is touched', () => {
  test('stable is asked once, with the headers that it wants', async () => {
    await probing({ headers: { 'x-token': { env: 'TOKEN' } } }).check(signal)
    expect(asked).toEqual(['stable /deals?page=1 the value of TOKEN'])
  })

  test.each([
    [404, 'was answered with status 404'],
    ['never', 'got no answer'],
  ] as const)('a path that stable answers with %s tells nothing', async (answer, words) => {
    answers.stable = answer
    await expect(probing({ timeout: 50 }).check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: `The probe of /deals?page=1 at stable ${words}.`,
      remedy: expect.stringContaining('path'),
    })
  })

  test('the first release has nobody to ask', async () => {
    running = []
    await expect(probing().check(signal)).resolves.toBeUndefined()
  })

  test('the options have limits', () => {
    probing()
    expect(schema.parse({ path: '/', 'per-second': 5, timeout: '2s' })).toEqual({ path: '/', 'per-second': 5, timeout: 2_000 })
    expect(schema.safeParse({ path: 'x', 'per-second': 1000 }).error?.issues.map(({ message }) => message)).toEqual([
      'expected a path that begins with /, got "x"',
      'expected a number of requests from 0.1 to 100, got 1000',
    ])
  })
})
