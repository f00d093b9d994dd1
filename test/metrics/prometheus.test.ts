import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type MetricKind, type MetricSource, type SourceContext } from '@deploy-kit/metrics'
import { gaugeSourceContract, histogramSourceContract, ratioSourceContract, type SourceUnderTest } from '../contracts/metric-source.ts'
import { CounterWorld } from '../fakes/counter-world.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { FakePrometheus } from '../fakes/prometheus.ts'
import { newRelease, oldRelease, sourceContext } from '../fakes/source-context.ts'

const { signal } = new AbortController()
const { open } = await sources.prometheus()
const schemas = await sourceOptions.prometheus()

/** Options as they are written in deploy-kit.yml, read by the schema. */
const opened = (kind: MetricKind, written: Record<string, unknown>, context: SourceContext): MetricSource =>
  open(schemas[kind].parse(written), context)

const underTest = (kind: MetricKind, written: Record<string, unknown>) => async (): Promise<SourceUnderTest> => {
  const clock = new ManualClock()
  const world = new CounterWorld(clock)
  const prometheus = await FakePrometheus.open(world, clock)
  const source = opened(kind, { url: prometheus.url, ...written }, sourceContext(kind, { clock }))
  return { source, world, close: () => prometheus.close() }
}

ratioSourceContract(
  'prometheus with a query for each side',
  underTest('ratio', { total: 'requests_total{digest="{{digest}}"}', failed: 'failures_total{digest="{{digest}}"}' }),
)
ratioSourceContract(
  'prometheus with a label for the side',
  underTest('ratio', { total: 'requests_total', failed: 'failures_total{pod=~".+"}', 'side-label': 'version' }),
)
histogramSourceContract('prometheus', underTest('histogram', { histogram: 'seconds{digest="{{digest}}"}' }))
histogramSourceContract(
  'prometheus, summed',
  underTest('histogram', { histogram: 'sum by (le, version) (seconds_bucket)', 'side-label': { label: 'version' } }),
)
histogramSourceContract('prometheus, native', underTest('histogram', { histogram: 'seconds{digest="{{digest}}"}', native: true }))
histogramSourceContract(
  'prometheus, native and summed',
  underTest('histogram', { histogram: 'sum by (version) (seconds)', 'side-label': 'version' }),
)
gaugeSourceContract('prometheus', underTest('gauge', { query: 'sum by (version) (memory_bytes)', 'side-label': 'version' }))

let clock: ManualClock
let world: CounterWorld
let prometheus: FakePrometheus
beforeEach(async () => {
  clock = new ManualClock()
  world = new CounterWorld(clock)
  prometheus = await FakePrometheus.open(world, clock)
})
afterEach(() => prometheus.close())

const perVersion = { total: 'requests_total', failed: 'code=~"5.."', 'side-label': 'version' }

const source = (
  written: Record<string, unknown> = perVersion,
  more: Partial<SourceContext> = {},
  secrets: Record<string, string> = {},
): MetricSource => opened('ratio', { url: prometheus.url, ...written }, sourceContext('ratio', { clock, ...more }, secrets))

describe('counts', () => {
  test('one question for both sides and all codes, a little ago', async () => {
    const counts = source()
    world.counts('stable', { requests: 100, failures: 1 })
    world.passes()
    await counts.read(signal)
    world.counts('stable', { requests: 50, failures: 2 })
    world.counts('canary', { requests: 5, failures: 4 })
    world.passes()
    expect(await counts.read(signal)).toEqual({
      at: clock.now() - 2_000,
      stable: { requests: 50, failures: 2 },
      canary: { requests: 5, failures: 4 },
    })
    expect(prometheus.asked.map(({ query }) => query)).toEqual(['requests_total', 'requests_total'])
    expect(prometheus.asked.at(-1)?.time).toBe((clock.now() - 2_000) / 1_000)
  })

  test.each([
    ['one query and matchers for the failed', perVersion],
    ['two queries', { ...perVersion, failed: 'failures_total' }],
    ['a label that is named', { ...perVersion, 'instance-label': 'pod' }],
  ])('the pods of stable are dealt into two halves, by %s', async (_, written) => {
    const counts = source(written)
    for (const pod of ['a', 'b', 'c']) world.counts('stable', { requests: 100, failures: 1 }, pod)
    world.passes()
    await counts.read(signal)
    world.counts('stable', { requests: 10, failures: 1 }, 'a')
    world.counts('stable', { requests: 20, failures: 5 }, 'b')
    world.counts('stable', { requests: 30 }, 'c')
    world.counts('canary', { requests: 9, failures: 9 })
    world.passes()
    expect(await counts.read(signal)).toMatchObject({
      stable: { requests: 60, failures: 6 },
      halves: [
        { requests: 40, failures: 1 },
        { requests: 20, failures: 5 },
      ],
    })
  })

  test.each([
    ['a sum, which has no instances in it', { ...perVersion, total: 'sum by (version, code) (requests_total)' }],
    ['a label that no series has', { ...perVersion, 'instance-label': 'node' }],
  ])('no halves of %s', async (_, written) => {
    const counts = source(written)
    for (const pod of ['a', 'b']) world.counts('stable', { requests: 100, failures: 1 }, pod)
    world.passes()
    await counts.read(signal)
    for (const pod of ['a', 'b']) world.counts('stable', { requests: 100, failures: 1 }, pod)
    world.passes()
    const read = await counts.read(signal)
    expect(read).toMatchObject({ stable: { requests: 200, failures: 2 } })
    expect(read).not.toHaveProperty('halves')
  })

  test('a promotion makes the canary stable, and goes on counting where it was', async () => {
    let sides: { canary?: typeof newRelease; stable: typeof newRelease } = { canary: newRelease, stable: oldRelease }
    const counts = source({ total: 'requests_total{digest="{{digest}}"}', failed: 'code=~"5.."' }, { sides: async () => sides })
    world.counts('stable', { requests: 100 })
    world.counts('canary', { requests: 10 })
    world.passes()
    await counts.read(signal)
    sides = { stable: newRelease }
    world.counts('canary', { requests: 40, failures: 1 })
    world.passes()
    expect(await counts.read(signal)).toMatchObject({ canary: undefined, stable: { requests: 40, failures: 1 } })
  })

  test('a replica that is a little behind is no restart', async () => {
    const counts = source()
    world.counts('stable', { requests: 1000 })
    world.passes()
    await counts.read(signal)
    world.counts('stable', { requests: -3 })
    world.passes()
    expect(await counts.read(signal)).toMatchObject({ stable: { requests: 0 } })
    world.counts('stable', { requests: 10 })
    world.passes()
    expect(await counts.read(signal)).toMatchObject({ stable: { requests: 7 } })
  })

  test('a sum that lost one of its parts says nothing, and goes on from there', async () => {
    const summed = { total: 'sum by (version, code) (requests_total)', failed: 'code=~"5.."', 'side-label': 'version' }
    const counts = source(summed)
    world.counts('stable', { requests: 1000, failures: 10 })
    world.counts('canary', { requests: 100 })
    world.passes()
    await counts.read(signal)
    world.restarts('stable')
    world.counts('stable', { requests: 900, failures: 30 })
    world.counts('canary', { requests: 10 })
    world.passes()
    expect(await counts.read(signal)).toMatchObject({ stable: undefined, canary: { requests: 10 } })
    world.counts('stable', { requests: 90, failures: 3 })
    world.passes()
    expect(await counts.read(signal)).toMatchObject({ stable: { requests: 90, failures: 3 } })
  })

  test('a counter that is no number is no data', async () => {
    const counts = source()
    world.counts('stable', { requests: 100 })
    world.passes()
    await counts.read(signal)
    for (const series of world.series) series.value = Number.NaN
    world.passes()
    expect(await counts.read(signal)).toMatchObject({ stable: undefined })
  })
})

describe('what stable did before', () => {
  test('the last half hour is asked for at once, in intervals of a quarter of a minute', async () => {
    const counts = source()
    for (let quarter = 0; quarter < 24; quarter += 1) {
      for (const pod of ['a', 'b']) world.counts('stable', { requests: 100, failures: pod === 'b' ? 1 : 0 }, pod)
      world.passes()
    }
    await counts.read(signal)
    const asked = prometheus.asked.length
    // 20 s between two scrapes of the fake; of the first nothing is known but a mark.
    const recent = await counts.recent?.(signal)
    expect(recent).toMatchObject({ requests: 23 * 200, failures: 23, ms: expect.any(Number) })
    expect((recent?.requests ?? 0) / ((recent?.ms ?? 1) / 1_000)).toBeCloseTo(10, 0)
    expect(recent?.halves).toHaveLength((recent?.ms ?? 0) / 15_000)
    expect(recent?.halves?.reduce((sum, [, second]) => sum + second.failures, 0)).toBe(23)
    expect(prometheus.asked).toHaveLength(asked + 1)
  })

  test('tells of the intervals of one pod alone, which has no halves', async () => {
    const counts = source()
    for (let quarter = 0; quarter < 24; quarter += 1) {
      world.counts('stable', { requests: 100, failures: 1 }, 'a')
      world.passes()
    }
    await counts.read(signal)
    const recent = await counts.recent?.(signal)
    expect(recent?.halves).toBeUndefined()
    expect(recent?.intervals?.reduce((sum, { failures }) => sum + failures, 0)).toBe(23)
    expect(recent?.intervals).toHaveLength((recent?.ms ?? 0) / 15_000)
  })

  test('a service that nobody has asked yet has no past', async () => {
    expect(await source().recent?.(signal)).toBeUndefined()
  })
})

describe('who asks', () => {
  test('basic authentication, tenant and headers', async () => {
    const counts = source(
      {
        ...perVersion,
        basic: { username: 'kit', password: { env: 'PROMETHEUS_PASSWORD' } },
        tenant: 'shop',
        headers: { 'x-api-key': { env: 'API_KEY' }, 'x-plain': 'yes' },
      },
      {},
      { PROMETHEUS_PASSWORD: 'p4ss', API_KEY: 'k3y' },
    )
    await counts.read(signal)
    expect(prometheus.asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('kit:p4ss').toString('base64')}`,
      'x-scope-orgid': 'shop',
      'thanos-tenant': 'shop',
      'x-api-key': 'k3y',
      'x-plain': 'yes',
    })
  })

  test('a bearer token', async () => {
    await source({ ...perVersion, bearer: { env: 'TOKEN' } }, {}, { TOKEN: 't0ken' }).read(signal)
    expect(prometheus.asked[0]?.headers.authorization).toBe('Bearer t0ken')
  })

  test('a secret in the file is refused without being shown', () => {
    const refused = schemas.ratio.safeParse({ url: 'http://kit:p4ss@host', ...perVersion, bearer: 't0ken' })
    expect(refused.success).toBe(false)
    const messages = refused.error?.issues.map(({ message }) => message) ?? []
    expect(messages).toEqual([expect.stringContaining('does not belong in an address'), expect.stringContaining('{ env: NAME }')])
    expect(messages.join()).not.toMatch(/p4ss|t0ken/)
  })
})

describe('queries that cannot be judged by', () => {
  test.each([
    ['sum(rate(requests_total[5m]))', 'rate()'],
    ['sum by (version) (increase(requests_total{path="/"}[1m]))', 'increase()'],
    ['irate (requests_total[1m])', 'irate()'],
    ['avg by (pod) (requests_total)', 'avg()'],
    ['sum_over_time(requests_total[1m])', 'sum_over_time()'],
    ['requests_total[5m]', 'range'],
    ['failures_total / requests_total', 'divides'],
  ])('%s is refused before anything is asked, with what to write instead', (total, what) => {
    expect(() => source({ ...perVersion, total })).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(what), remedy: expect.stringMatching(/counter/) }),
    )
  })

  test.each([
    'requests_total{path=~"/rate(limit|s)/[a-z]+"}',
    'sum without (pod) (requests_total)',
    'requests_total or vector_total',
    'job:rate_total',
  ])('%s is a counter', (total) => {
    expect(() => source({ ...perVersion, total })).not.toThrow()
  })

  test('what Prometheus says of a query is shown', async () => {
    await expect(source({ ...perVersion, total: 'requests_total{' }).check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: expect.stringMatching(/refuses `requests_total\{`: invalid parameter "query".*parse error/),
    })
  })

  test('another version than the labels have is told with what there is', async () => {
    world.counts('canary', { requests: 1 })
    world.passes()
    await expect(source().check(signal)).rejects.toMatchObject({
      code: 'metrics-empty',
      message:
        'No series of stable is selected by `requests_total` with version="1.0.0": there are 1 others, such as {digest="sha256:new", version="1.1.0", pod="canary-0", code="200"}.',
    })
  })

  test('sides with the same version are not told apart by it', async () => {
    const alike = { canary: { ...newRelease, version: '1.0.0' }, stable: oldRelease }
    await expect(source(perVersion, { sides: async () => alike }).check(signal)).rejects.toMatchObject({
      code: 'config-invalid',
      message: 'Both sides have the version `1.0.0`: `side-label` cannot tell them apart.',
    })
    await expect(source({ total: 'requests_total', failed: 'code="500"' }).check(signal)).rejects.toMatchObject({
      code: 'config-invalid',
      message: '`requests_total` selects both sides: canary and stable cannot be told apart.',
    })
  })

  test('a fraction is no count', async () => {
    world.counts('stable', { requests: 1.5 })
    world.passes()
    await expect(source().check(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid', message: expect.stringContaining('1.5') })
  })

  test.each([
    ['a matrix', { resultType: 'matrix', result: [] }, /gives a matrix/],
    [
      'native histograms',
      { resultType: 'vector', result: [{ metric: {}, histogram: [1, { count: '3', sum: '1' }] }] },
      /native histograms/,
    ],
  ])('%s', async (_what, data, message) => {
    prometheus.answer = { status: 200, body: { status: 'success', data } }
    await expect(source().check(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid', message: expect.stringMatching(message) })
  })

  test('several numbers for one side are no gauge', async () => {
    const gauge = opened(
      'gauge',
      { url: prometheus.url, query: 'requests_total', 'side-label': 'version' },
      sourceContext('gauge', { clock }),
    )
    world.counts('stable', { requests: 10, failures: 1 })
    world.passes()
    await expect(gauge.check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: '`requests_total` gives 2 numbers for the stable; one is needed.',
    })
  })
})

describe('answers that are none', () => {
  test('a part is not the whole: Thanos answers with a warning when a store is missing', async () => {
    world.counts('stable', { requests: 10 })
    world.passes()
    prometheus.warnings = ['No StoreAPIs matched for this query']
    await expect(source().read(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: expect.stringContaining('No StoreAPIs matched for this query'),
    })
  })

  test('a query that took too long is the fault of the server', async () => {
    prometheus.answer = { status: 500, body: { status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' } }
    await expect(source().check(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: expect.stringContaining('timeout: query timed out'),
    })
  })

  test('another server at the address', async () => {
    prometheus.answer = { status: 404, body: 'page not found' }
    await expect(source().check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      remedy: expect.stringContaining('Correct the address'),
    })
  })
})
