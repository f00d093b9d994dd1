import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type MetricSource } from '@deploy-kit/metrics'
import { pastSourceContract } from '../contracts/past-source.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { datadogServer, forbidden, keys, limited } from '../fakes/metric-servers/datadog.ts'
import { noon, Past } from '../fakes/metric-servers/past.ts'
import type { MetricServer } from '../fakes/metric-servers/server.ts'
import { exampleOf } from './examples.ts'
import { newRelease, oldRelease, sourceContext } from '../fakes/source-context.ts'

const { open } = await sources.datadog()
const { ratio } = await sourceOptions.datadog()
const { signal } = new AbortController()

const options = (server: { url: string }, more: Record<string, unknown> = {}) =>
  ratio.parse({
    site: 'datadoghq.eu',
    total: 'sum:trace.http.request.hits{service:shop,version:{{version}}}',
    failed: 'sum:trace.http.request.errors{service:shop,version:{{version}}}.as_count()',
    endpoint: server.url,
    ...more,
  })

const told = (series: readonly number[], times: readonly number[], values: readonly (readonly (number | null)[])[]) => ({
  body: { data: { attributes: { series: series.map((query_index) => ({ query_index })), times, values } } },
})
const oddlyNamed = () => Promise.resolve({ canary: { ...newRelease, version: 'Feature/A b' }, stable: oldRelease })

pastSourceContract('datadog', datadogServer, (server, clock) => open(options(server), sourceContext('ratio', { clock }, keys)), 120_000)

describe('Datadog', () => {
  let past: Past
  let clock: ManualClock
  let server: MetricServer
  beforeEach(async () => {
    past = new Past()
    clock = new ManualClock(noon)
    server = await datadogServer(past).open()
  })
  afterEach(() => server.close())

  const opened = (more: Record<string, unknown> = {}): MetricSource => open(options(server, more), sourceContext('ratio', { clock }, keys))

  test('both sides are asked for at once', async () => {
    await opened().read(signal)
    expect(server.asked).toHaveLength(1)
    expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({ data: { attributes: { queries: { length: 4 } } } })
  })

  test('groups are added up, fractions of a sampled count wait until they are a request, and points of other windows are not counted', async () => {
    const source = opened()
    await source.read(signal)
    clock.time = noon + 120_000
    server.instead.push(
      told(
        [2, 2, 3],
        [noon - 60_000, noon],
        [
          [100, 1.4],
          [50, null],
          [7, 0.5],
        ],
      ),
    )
    expect(await source.read(signal)).toEqual({ from: noon, at: noon + 60_000, canary: undefined, stable: { requests: 1, failures: 0 } })
    clock.time = noon + 180_000
    server.instead.push(told([2, 3], [noon + 60_000], [[1.6], [0.5]]))
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 2, failures: 1 } })
  })

  test('parts that make a whole request together are one', async () => {
    const source = opened()
    await source.read(signal)
    clock.time = noon + 120_000
    // In floating point 0.9999999999999999.
    const tenths = Array.from({ length: 10 }, () => [0.1])
    server.instead.push(
      told(
        tenths.map(() => 2),
        [noon],
        tenths,
      ),
    )
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 1 } })
  })

  test('failures that are counted before their requests wait for them, and a read that fails keeps them waiting', async () => {
    const source = opened()
    await source.read(signal)
    past.all.push(
      { side: 'stable', at: noon + 5, requests: 1, failures: 3 },
      { side: 'canary', at: noon + 60_006, requests: 9, failures: 0 },
      { side: 'stable', at: noon + 60_005, requests: 5, failures: 0 },
    )
    clock.time = noon + 120_000
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 1, failures: 1 } })
    clock.time = noon + 180_000
    server.fault = 'wrong-shape'
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid' })
    server.fault = undefined
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 5, failures: 2 }, canary: { requests: 9, failures: 0 } })
  })

  test('a limit that lasts is heeded: nobody is asked before, and nothing is lost by waiting', async () => {
    const source = opened()
    await source.read(signal)
    past.all.push({ side: 'stable', at: noon + 5, requests: 40, failures: 2 })
    clock.time = noon + 120_000
    server.instead.push(limited(50))
    const asked = server.asked.length
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: expect.stringContaining('wait 50 s') })
    clock.time += 30_000
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: expect.stringContaining('wait 20 s') })
    expect(server.asked.length).toBe(asked + 1)
    clock.time += 20_000
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 40, failures: 2 } })
  })

  test('a limit that is over in a moment is waited for', async () => {
    server.instead.push(limited(3))
    await opened().read(signal)
    expect(clock.now()).toBe(noon + 3_000)
  })

  test('keys are told by their names, and never shown', async () => {
    server.instead.push(forbidden)
    const error = await opened()
      .check(signal)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'metrics-unauthorised',
      remedy: expect.stringMatching(/DD_API_KEY .* DD_APP_KEY .* timeseries_query/),
    })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/aaaa|bbbb/)
    expect(server.asked.every(({ query }) => query.size === 0)).toBe(true)
  })

  test.each(['Query timed out', ['Query timed out']])('a query that fails in an answer of 200 is no count: %j', async (errors) => {
    server.instead.push({ body: { errors } })
    await expect(opened().read(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: expect.stringContaining('Query timed out'),
    })
  })

  test.each([
    ['coarser periods than those that were asked for', told([2], [noon + 20_000], [[1]])],
    ['a series of a query nobody asked', told([9], [noon], [[1]])],
    ['a row that is too short', told([2], [noon, noon + 60_000], [[1]])],
    ['more series than rows', told([2, 3], [noon], [[1]])],
    ['nothing at all', { body: {} }],
  ])('%s cannot be counted', async (_what, answer) => {
    server.instead.push(answer)
    await expect(opened().read(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid' })
  })

  test('failures that are far more than the requests are those of something else', async () => {
    const source = opened()
    await source.read(signal)
    past.all.push({ side: 'stable', at: noon + 5, requests: 4, failures: 200 })
    clock.time = noon + 120_000
    await expect(source.read(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: expect.stringContaining('counts 200'),
    })
  })

  test('a version is written as Datadog stores it', async () => {
    const source = open(options(server), sourceContext('ratio', { clock, sides: oddlyNamed }, keys))
    server.instead.push(told([], [], []))
    await source.read(signal)
    expect(server.asked[0]?.body).toContain('version:feature/a_b}')
  })

  test('a configuration that cannot be is told in words', () => {
    const wrong = {
      site: 'app.datadoghq.com',
      'api-key': 'a'.repeat(32),
      total: 'avg:x{version:{{version}}}.rollup(avg, 60)',
      failed: 'y',
      lag: '5',
    }
    const issues = ratio.safeParse(wrong).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    expect(issues).toEqual([
      'site: expected a site without `app.`, such as datadoghq.com, datadoghq.eu, us5.datadoghq.com, got "app.datadoghq.com"',
      expect.stringMatching(/^api-key: a secret does not belong in a file/),
      expect.stringMatching(/^total: a query without `.rollup/),
      expect.stringMatching(/^lag: `5` is not a duration/),
    ])
    expect(JSON.stringify(issues)).not.toContain('aaaa')
  })

  test('the example of the README is taken, with the lag that it tells of', async () => {
    expect(await exampleOf('datadog')).toMatchObject({
      period: 60_000,
      lag: 60_000,
      'api-key': { env: 'DD_API_KEY' },
      'application-key': { env: 'DD_APP_KEY' },
    })
  })
})
