import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type MetricSource } from '@deploy-kit/metrics'
import { CounterWorld } from '../fakes/counter-world.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { FakePrometheus } from '../fakes/prometheus.ts'
import { oldRelease, sourceContext } from '../fakes/source-context.ts'

const { signal } = new AbortController()
const { open } = await sources.prometheus()
const schemas = await sourceOptions.prometheus()

let clock: ManualClock
let world: CounterWorld
let prometheus: FakePrometheus
let source: MetricSource
beforeEach(async () => {
  clock = new ManualClock()
  world = new CounterWorld(clock)
  prometheus = await FakePrometheus.open(world, clock)
  source = histogram('seconds')
})
afterEach(() => prometheus.close())

const histogram = (query: string, more: object = { native: true }): MetricSource =>
  open(
    schemas.histogram.parse({ url: prometheus.url, histogram: query, 'side-label': 'version', ...more }),
    sourceContext('histogram', { clock }),
  )

type Bucket = readonly [rule: number, left: string, right: string, count: string]

/** An answer with one native histogram of stable, as Prometheus writes it. */
const answers = (count: string, ...buckets: readonly Bucket[]): void => {
  prometheus.answer = {
    status: 200,
    body: {
      status: 'success',
      data: {
        resultType: 'vector',
        result: [
          {
            metric: { __name__: 'seconds', version: oldRelease.version },
            histogram: [1_700_000_000, { count, sum: '12.5', ...(buckets.length > 0 && { buckets }) }],
          },
        ],
      },
    },
  }
}

/** What came since an empty histogram, by bucket: only those that have something. */
const counted = async (): Promise<Record<string, number>> => {
  const first = prometheus.answer
  answers('0')
  await source.read(signal)
  prometheus.answer = first
  const { stable, boundaries = [] } = await source.read(signal)
  return Object.fromEntries((stable?.latency ?? []).flatMap((count, k) => (count === 0 ? [] : [[String(boundaries[k] ?? 'more'), count]])))
}

describe('a native histogram', () => {
  test('is counted on powers of two, from a millisecond to a minute, at which its buckets end', async () => {
    // Schema 1: two buckets to the doubling.
    answers(
      '10',
      [0, '0.0625', '0.08838834764831845', '3'],
      [0, '0.08838834764831845', '0.125', '4'],
      [0, '0.7071067811865475', '1', '2'],
      [0, '90.50966799187809', '128', '1'],
    )
    expect(await counted()).toEqual({ '0.125': 7, '1': 2, more: 1 })
  })

  test('of another resolution, or with digits that differ in the last place, is counted alike', async () => {
    answers('9', [0, '0.06250000000000001', '0.12500000000000003', '7'], [0, '0.4999999999999999', '0.9999999999999998', '2'])
    expect(await counted()).toEqual({ '0.125': 7, '1': 2 })
  })

  test('has what took no time at all in the bucket around zero', async () => {
    answers('5', [3, '-2.938735877055719e-39', '2.938735877055719e-39', '5'])
    expect(await counted()).toEqual({ [String(2 ** -10)]: 5 })
  })

  test('has observations in no bucket, such as NaN, in the open one', async () => {
    answers('6', [0, '0.5', '1', '4'])
    expect(await counted()).toEqual({ '1': 4, more: 2 })
  })

  test('that was reset counts from zero, all of its buckets together', async () => {
    answers('100', [0, '0.0625', '0.125', '100'])
    await source.read(signal)
    answers('130', [0, '0.0625', '0.125', '10'], [0, '0.5', '1', '120'])
    expect((await source.read(signal)).stable).toMatchObject({ requests: 130 })
  })

  test.each<[string, Bucket]>([
    ['a resolution coarser than a factor of two', [0, '0.0625', '0.25', '3']],
    ['custom buckets', [0, '0.1', '0.3', '3']],
    ['a zero bucket that is wider than a millisecond', [3, '-0.01', '0.01', '3']],
  ])('with %s is refused, with what to do', async (_, bucket) => {
    answers('3', bucket)
    await expect(source.check(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid', remedy: expect.stringContaining('schema 0') })
  })

  test('that is taken for a classic one is known by its name', async () => {
    prometheus.keepsClassic = false
    world.counts('stable', { requests: 10, fast: 10 })
    world.passes()
    await expect(histogram('seconds', {}).check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      remedy: 'Add `native: true`.',
    })
    await expect(source.check(signal)).resolves.toBeUndefined()
  })

  test.each(['ratio', 'gauge'] as const)('is no %s', async (kind) => {
    answers('3', [0, '0.5', '1', '3'])
    const written = kind === 'ratio' ? { total: 'seconds', failed: 'code="500"' } : { query: 'seconds' }
    const other = open(schemas[kind].parse({ url: prometheus.url, 'side-label': 'version', ...written }), sourceContext(kind, { clock }))
    await expect(other.check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: expect.stringContaining('native histograms'),
      remedy: expect.stringContaining('histogram_count'),
    })
  })
})

const row = (version: string, le: string, value: string) => ({
  metric: { __name__: 'seconds_bucket', version, le },
  value: [1_700_000_000, value],
})

const body = (count: string) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: [row('1.0.0', '0.1', count), row('1.0.0', '+Inf', count), row('1.1.0', '0.3', count), row('1.1.0', '+Inf', count)],
  },
})

test('histograms of both sides without a common boundary are an error that says so', async () => {
  const classic = histogram('seconds_bucket', {})
  prometheus.answer = { status: 200, body: body('1') }
  await classic.read(signal).catch(() => undefined)
  prometheus.answer = { status: 200, body: body('5') }
  await expect(classic.read(signal)).rejects.toMatchObject({
    code: 'metrics-query-invalid',
    message: expect.stringContaining('no bucket boundary in common'),
  })
})
