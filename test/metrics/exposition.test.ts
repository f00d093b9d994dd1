import { describe, expect, test } from '@jest/globals'
import {
  bucketBoundary,
  CounterDeltas,
  parseExposition,
  parseMatchers,
  parseSelector,
  perBucket,
  select,
  type Sample,
} from '@deploy-kit/metrics'

const sample = (value: number, labels: Record<string, string> = {}, name = 'requests_total'): Sample => ({ name, labels, value })
const increases = (deltas: CounterDeltas, samples: readonly Sample[], facts = {}): (number | undefined)[] =>
  deltas.advance('shop-1', samples, facts).map(({ increase }) => increase)
const histogram = (fast: number, all: number): Sample[] => [
  sample(fast, { le: '0.1' }, 'seconds_bucket'),
  sample(all, { le: '+Inf' }, 'seconds_bucket'),
]

describe('reading an exposition', () => {
  test('the example of the format is read, with escapes, timestamps and special values', () => {
    const text = [
      '# HELP http_requests_total The total number of HTTP requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      '',
      '# Escaping in label values:',
      String.raw`msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9`,
      'metric_without_timestamp_and_labels 12.47',
      'something_weird{problem="division by zero",} +Inf -3982045',
      'nothing NaN',
      'least{ a = "}" , b="," } -Inf',
      'http_request_duration_seconds_bucket{le="+Inf"} 144320 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.789\r',
      '{"http.requests", "service.name"="shop"} 3',
      '# EOF',
      'this is after the end',
    ].join('\n')
    expect(parseExposition(text)).toEqual([
      { name: 'http_requests_total', labels: { method: 'post', code: '200' }, value: 1027 },
      {
        name: 'msdos_file_access_time_seconds',
        labels: { path: String.raw`C:\DIR\FILE.TXT`, error: 'Cannot find file:\n"FILE.TXT"' },
        value: 1.458255915e9,
      },
      { name: 'metric_without_timestamp_and_labels', labels: {}, value: 12.47 },
      { name: 'something_weird', labels: { problem: 'division by zero' }, value: Infinity },
      { name: 'nothing', labels: {}, value: Number.NaN },
      { name: 'least', labels: { a: '}', b: ',' }, value: -Infinity },
      { name: 'http_request_duration_seconds_bucket', labels: { le: '+Inf' }, value: 144_320 },
      { name: 'http.requests', labels: { 'service.name': 'shop' }, value: 3 },
    ])
  })

  test.each([
    ['a page of HTML', '<!doctype html>', 'expected a metric name at column 1'],
    ['a half line', 'requests_total{code="20', 'the quoted string does not end'],
    ['a missing value', 'requests_total{code="200"}', 'expected a number at column 27, found the end'],
    ['a word for a value', 'requests_total many', 'expected a number at column 16, found `many`'],
    ['a nameless series', '{code="200"} 1', 'the series has no name'],
    ['labels without a comma', 'requests_total{a="1" b="2"} 1', 'expected `,` or `}`'],
  ])('%s is an error that names the line', (_what, line, problem) => {
    expect(() => parseExposition(`ok 1\n${line}\n`)).toThrow(expect.objectContaining({ code: 'metrics-unavailable' }))
    expect(() => parseExposition(`ok 1\n${line}\n`)).toThrow(new RegExp(`^Line 2 .*${problem.replaceAll(/[`{}]/g, String.raw`\$&`)}`))
  })
})

describe('choosing series', () => {
  const samples = [
    sample(1, { code: '200', path: '/' }),
    sample(2, { code: '503' }),
    sample(3, { code: '5030' }),
    sample(4, {}, 'other_total'),
  ]
  test.each([
    ['requests_total', [1, 2, 3]],
    ['requests_total{code="200"}', [1]],
    ['requests_total{code=~"5.."}', [2]],
    ['requests_total{ code!~"5.*" , path="/" , }', [1]],
    ['requests_total{path=""}', [2, 3]],
    ['requests_total{code!="200",constructor=""}', [2, 3]],
    ['absent_total', []],
  ])('%s', (selector, values) => {
    expect(select(samples, parseSelector(selector)).map(({ value }) => value)).toEqual(values)
  })

  test('matchers may stand alone', () => {
    expect(['200', '502'].map((code) => parseMatchers('code=~"5.."')({ code }))).toEqual([false, true])
  })

  test.each(['requests_total{code=5}', 'requests_total{code~"5"}', 'requests_total{code="5"', 'requests_total{code=~"("}', 'a b', '{}'])(
    '%s is refused with the notation',
    (selector) => {
      expect(() => parseSelector(selector)).toThrow(
        expect.objectContaining({ code: 'input-invalid', remedy: expect.stringContaining('PromQL') }),
      )
    },
  )
})

describe('what was counted between two scrapes', () => {
  test('the first scrape is a baseline, the second counts', () => {
    const deltas = new CounterDeltas()
    expect(increases(deltas, [sample(1_000)])).toEqual([undefined])
    expect(increases(deltas, [sample(1_010)])).toEqual([10])
    expect(increases(deltas, [sample(1_010)])).toEqual([0])
  })

  test('the first error of a known process counts, because its series did not exist before', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(100, { code: '200' })])
    expect(increases(deltas, [sample(100, { code: '200' }), sample(3, { code: '500' })])).toEqual([0, 3])
  })

  test('all that a new process has counted is new', () => {
    expect(increases(new CounterDeltas(), [sample(7)], { isNew: true })).toEqual([7])
  })

  test('a counter that fell began again', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(500), sample(900, { side: 'stable' })])
    expect(increases(deltas, [sample(4), sample(950, { side: 'stable' })])).toEqual([4, 50])
  })

  test('another start time is a restart, even when the counters are already above their old values', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(5)], { startedAt: 1_000 })
    expect(increases(deltas, [sample(8)], { startedAt: 1_060 })).toEqual([8])
    expect(increases(deltas, [sample(9)])).toEqual([1])
  })

  test('a start time that goes back betrays an address in front of several processes', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(5)], { startedAt: 1_060 })
    expect(() => increases(deltas, [sample(8)], { startedAt: 1_000 })).toThrow(/shop-1 answers from several processes/)
  })

  test('the buckets of a histogram begin again together', () => {
    const deltas = new CounterDeltas()
    increases(deltas, histogram(10, 11))
    expect(increases(deltas, histogram(2, 12))).toEqual([2, 12])
  })

  test('a series that was left out once goes on from its last value', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(100), sample(1, { code: '500' })])
    increases(deltas, [sample(110)])
    expect(increases(deltas, [sample(120), sample(2, { code: '500' })])).toEqual([10, 1])
  })

  test('a counter that is no number is no data', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(5)])
    expect(increases(deltas, [sample(Number.NaN)])).toEqual([])
    expect(increases(deltas, [sample(6)])).toEqual([1])
  })

  test('a process that is gone is forgotten', () => {
    const deltas = new CounterDeltas()
    increases(deltas, [sample(5)])
    deltas.keepOnly(['shop-2'])
    expect(increases(deltas, [sample(9)])).toEqual([undefined])
  })
})

describe('buckets', () => {
  test('cumulative counts become counts per bucket, whatever their order', () => {
    const cumulative = new Map([[Infinity, 10], [0.5, 7], [0.1, 4]]) // prettier-ignore
    expect(perBucket(cumulative)).toEqual({ boundaries: [0.1, 0.5], counts: [4, 3, 3] })
  })

  test('a bucket that lags its neighbour never makes a negative count', () => {
    expect(perBucket(new Map([[0.1, 5], [0.5, 4], [Infinity, 6]]))?.counts).toEqual([5, 0, 1]) // prettier-ignore
  })

  test('without the open bucket there is no total, and no histogram', () => {
    expect(perBucket(new Map([[0.1, 5]]))).toBeUndefined()
  })

  test.each([
    ['0.25', 0.25],
    ['+Inf', Infinity],
    ['1e-05', 0.000_01],
    ['', Number.NaN],
  ])('the boundary %s', (le, boundary) => {
    expect(bucketBoundary(le)).toBe(boundary)
  })
})
