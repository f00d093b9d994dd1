import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { sourceOptions, sources, type MetricSource } from '@deploy-kit/metrics'
import { pastSourceContract } from '../contracts/past-source.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { cloudwatchServer, denied, keys, throttled } from '../fakes/metric-servers/cloudwatch.ts'
import { noon, Past } from '../fakes/metric-servers/past.ts'
import type { MetricServer } from '../fakes/metric-servers/server.ts'
import { exampleOf } from './examples.ts'
import { sourceContext } from '../fakes/source-context.ts'

const { open } = await sources.cloudwatch()
const { ratio } = await sourceOptions.cloudwatch()
const secrets = { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret, AWS_SESSION_TOKEN: keys.session }
const { signal } = new AbortController()

const options = (server: { url: string }, more: Record<string, unknown> = {}) =>
  ratio.parse({
    region: 'eu-central-1',
    namespace: 'AWS/ApplicationELB',
    dimensions: { LoadBalancer: 'app/shop/1', TargetGroup: 'targetgroup/shop-{{side}}/1' },
    total: 'RequestCount',
    failed: 'HTTPCode_Target_5XX_Count',
    endpoint: server.url,
    ...more,
  })

const part = (Id: string) => ({ Id, StatusCode: 'PartialData', Timestamps: [], Values: [] })
const page = (NextToken: string) => ({ body: { MetricDataResults: [], NextToken } })

pastSourceContract(
  'cloudwatch',
  cloudwatchServer,
  (server, clock) => open(options(server), sourceContext('ratio', { clock }, secrets)),
  180_000,
)

describe('CloudWatch', () => {
  let past: Past
  let clock: ManualClock
  let server: MetricServer
  beforeEach(async () => {
    past = new Past()
    clock = new ManualClock(noon)
    server = await cloudwatchServer(past, { pointsPerPage: 3 }).open()
  })
  afterEach(() => server.close())

  const opened = (more: Record<string, unknown> = {}): MetricSource =>
    open(options(server, more), sourceContext('ratio', { clock }, secrets))
  const minute = (n: number, side: 'canary' | 'stable', requests: number, failures = 0): void => {
    past.all.push({ side, at: noon + n * 60_000 + 30_000, requests, failures })
  }

  test('a minute is counted when it is closed for two minutes, and not before', async () => {
    const source = opened()
    await source.read(signal)
    minute(0, 'stable', 50, 1)
    clock.time = noon + 179_000
    expect(await source.read(signal)).toEqual({ at: noon, canary: undefined, stable: undefined })
    clock.time = noon + 180_000
    expect(await source.read(signal)).toEqual({ from: noon, at: noon + 60_000, canary: undefined, stable: { requests: 50, failures: 1 } })
  })

  test('a mark within a minute counts from the next one: the rest of this one is not of the release alone', async () => {
    const source = opened()
    clock.time = noon + 20_000
    expect(await source.read(signal)).toMatchObject({ at: noon + 20_000 })
    minute(0, 'stable', 50)
    minute(1, 'stable', 7)
    clock.time = noon + 300_000
    expect(await source.read(signal)).toMatchObject({ at: noon + 180_000, stable: { requests: 7 } })
  })

  test('many pages are one answer', async () => {
    const source = opened()
    await source.read(signal)
    for (let n = 0; n < 10; n += 1) minute(n, n % 2 === 0 ? 'canary' : 'stable', 10 + n, n)
    clock.time = noon + 12 * 60_000
    const before = server.asked.length
    expect(await source.read(signal)).toMatchObject({ canary: { requests: 70, failures: 20 }, stable: { requests: 75, failures: 25 } })
    expect(server.asked.length - before).toBe(7)
  })

  test('a point that was counted with the last window, or is of the next one, is not counted', async () => {
    const source = opened()
    await source.read(signal)
    clock.time = noon + 180_000
    const [before, now, after] = [-60, 0, 60].map((seconds) => noon / 1_000 + seconds)
    const none = { StatusCode: 'Complete', Timestamps: [], Values: [] }
    server.instead.push({
      body: {
        MetricDataResults: [
          ...['canary_requests', 'canary_failed_0', 'stable_failed_0'].map((Id) => Object.assign({ Id }, none)),
          { Id: 'stable_requests', StatusCode: 'Complete', Timestamps: [before, now, after], Values: [100, 7, 50] },
        ],
      },
    })
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 7, failures: 0 } })
  })

  test('an answer that stays in part is no count, and the window is read again', async () => {
    const source = opened()
    await source.read(signal)
    minute(0, 'stable', 50)
    clock.time = noon + 180_000
    server.instead.push({
      body: { MetricDataResults: ['canary_requests', 'canary_failed_0', 'stable_requests', 'stable_failed_0'].map(part) },
    })
    await expect(source.read(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: expect.stringContaining('only a part'),
    })
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 50 } })
  })

  test('throttling is waited for; credentials that are refused are not asked with again', async () => {
    const source = opened()
    server.instead.push(throttled, throttled)
    await source.read(signal)
    expect(clock.now()).toBe(noon + 2_000)
    expect(new Set(server.asked.map(({ headers }) => headers['x-amz-date'])).size).toBe(3)
    server.instead.push(denied, {
      status: 400,
      body: {
        __type: 'com.amazon.coral.service#UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      },
    })
    const asked = server.asked.length
    await expect(source.check(signal)).rejects.toMatchObject({
      code: 'metrics-unauthorised',
      message: expect.stringContaining('not authorized to perform: cloudwatch:GetMetricData'),
      remedy: expect.stringContaining('AWS_SESSION_TOKEN'),
    })
    await expect(source.check(signal)).rejects.toMatchObject({ code: 'metrics-unauthorised' })
    expect(server.asked.length).toBe(asked + 2)
  })

  test.each([
    ['Forbidden', 'metrics-unauthorised'],
    ['InternalError', 'metrics-unavailable'],
  ])('a metric whose status is %s is %s', async (status, code) => {
    server.instead.push({ body: { MetricDataResults: [{ Id: 'canary_requests', StatusCode: status, Timestamps: [], Values: [] }] } })
    await expect(opened().read(signal)).rejects.toMatchObject({ code, message: expect.stringContaining(status) })
  })

  test.each([
    ['a point between two periods', { Id: 'stable_requests', StatusCode: 'Complete', Timestamps: [1_772_366_401], Values: [1] }],
    ['a value without its time', { Id: 'stable_requests', StatusCode: 'Complete', Timestamps: [], Values: [1] }],
    ['a count below zero', { Id: 'stable_requests', StatusCode: 'Complete', Timestamps: [1_772_366_400], Values: [-1] }],
    ['a metric nobody asked for', { Id: 'other', StatusCode: 'Complete', Timestamps: [], Values: [] }],
  ])('%s is no count', async (_what, result) => {
    server.instead.push({ body: { MetricDataResults: [result] } })
    await expect(opened().read(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid' })
  })

  test('pages that never end are given up', async () => {
    server.instead.push(page('a'), page('b'), page('a'))
    await expect(opened().read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: expect.stringContaining('pages') })
  })

  test('several metrics of failures are added up', async () => {
    const source = opened({ failed: ['HTTPCode_Target_5XX_Count', 'HTTPCode_Target_5XX_Count'] })
    await source.read(signal)
    minute(0, 'stable', 50, 2)
    clock.time = noon + 180_000
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 50, failures: 4 } })
  })

  test('keys that last have no session token; keys that are not there are named', async () => {
    const withOnly = (given: Record<string, string>): MetricSource =>
      open(
        options(server),
        sourceContext('ratio', {
          clock,
          secret: ({ env }) => {
            if (given[env] !== undefined) return given[env]
            throw new KitError('secret-missing', `${env} is not set.`)
          },
        }),
      )
    server.instead.push(denied)
    await expect(withOnly({ AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret }).read(signal)).rejects.toMatchObject({
      code: 'metrics-unauthorised',
    })
    expect(server.asked[0]?.headers).not.toHaveProperty('x-amz-security-token')
    await expect(withOnly({}).read(signal)).rejects.toMatchObject({ code: 'secret-missing', message: 'AWS_ACCESS_KEY_ID is not set.' })
    expect(server.asked).toHaveLength(1)
  })

  test.each([
    ['dimensions that are the same on both sides', { dimensions: { LoadBalancer: 'app/shop/1' } }, 'selects both sides'],
    ['a variable without a value', { dimensions: { Pod: '{{pod}}' } }, '`{{pod}}`'],
  ])('%s are refused', async (_what, more, message) => {
    await expect(opened(more).check(signal)).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringContaining(message) })
  })

  test('a configuration that cannot be is told in words', () => {
    const wrong = {
      region: 'Frankfurt',
      namespace: 'n',
      dimensions: {},
      total: 'a',
      failed: [],
      period: '45s',
      endpoint: 'https://user:pass@host',
    }
    expect(ratio.safeParse(wrong).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      'region: expected a region such as eu-central-1, got "Frankfurt"',
      'dimensions: expected 1 to 30 dimensions',
      'failed: expected a metric at least, got []',
      'period: expected whole minutes, or 1s, 5s, 10s, 20s, 30s',
      'endpoint: a secret does not belong in an address; name the environment variable that holds it',
    ])
  })

  test('the example of the README is taken, with the lag that it tells of', async () => {
    expect(await exampleOf('cloudwatch')).toMatchObject({
      period: 60_000,
      lag: 120_000,
      failed: ['HTTPCode_Target_5XX_Count', 'TargetConnectionErrorCount'],
    })
  })
})
