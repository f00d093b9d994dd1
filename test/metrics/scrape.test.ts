import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type ScrapeOptions, type SourceContext } from '@deploy-kit/metrics'
import type { CountSource } from '@deploy-kit/rollout'
import { ManualClock } from '../fakes/manual-clock.ts'
import { newRelease, oldRelease, sourceContext } from '../fakes/source-context.ts'

type Ratio = Extract<ScrapeOptions, { requests: unknown }>
const { signal } = new AbortController()
const { open } = await sources.scrape()

/** One instance on a real socket that shows the text it is given; without one it is broken. */
class Instance {
  text: string | undefined
  asked: string[] = []
  readonly #server = createServer((request, response) => {
    this.asked.push(request.headers['authorization'] ?? '')
    response.writeHead(this.text === undefined ? 500 : 200).end(this.text)
  })

  async open(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/metrics`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }
}

let edge: Instance
let other: Instance
let clock: ManualClock
beforeEach(async () => {
  edge = await new Instance().open()
  other = await new Instance().open()
  clock = new ManualClock()
})
afterEach(() => Promise.all([edge.close(), other.close()]))

const source = (more: Partial<Ratio> = {}, context: Partial<SourceContext> = {}, secrets: Record<string, string> = {}): CountSource =>
  open(
    { endpoints: [edge.url], requests: 'requests_total{digest="{{digest}}"}', failed: 'code=~"5.."', ...more },
    sourceContext('ratio', { clock, ...context }, secrets),
  )

/** Requests by version and code: `old 200 90`. */
const requests = (...lines: string[]): string =>
  lines
    .map((line) => line.split(' '))
    .map(([version, code, count]) => `requests_total{digest="sha256:${version}",code="${code}"} ${count}\n`)
    .join('')

/** Cumulative buckets of a version: `old 0.1:4 +Inf:9`. */
const buckets = (line: string): string => {
  const [version, ...pairs] = line.split(' ')
  return pairs
    .map((pair) => pair.split(':'))
    .map(([le, count]) => `seconds_bucket{digest="sha256:${version}",le="${le}"} ${count}\n`)
    .join('')
}

/** A configuration that itself has quotes, as it is exposed. */
const oddlyConfigured = (count: number): string => `requests_total{configuration="a\\"} or \\\\",code="200"} ${count}\n`

const reads = async (counts: CountSource, text: string): Promise<Awaited<ReturnType<CountSource['read']>>> => {
  edge.text = text
  return counts.read(signal)
}

describe('requests of both sides', () => {
  test('the first read is the mark from which is counted; a canary that appears counts from its beginning', async () => {
    const counts = source()
    expect(await reads(counts, requests('old 200 1000', 'old 500 7'))).toEqual({ at: clock.now(), canary: undefined, stable: undefined })
    clock.time += 5_000
    expect(await reads(counts, requests('old 200 1090', 'old 500 8', 'new 200 9', 'new 503 1'))).toEqual({
      at: clock.now(),
      canary: { requests: 10, failures: 1 },
      stable: { requests: 91, failures: 1 },
    })
  })

  test('no requests is zero, no series is no data', async () => {
    const counts = source()
    await reads(counts, requests('old 200 10', 'new 200 0'))
    expect(await reads(counts, requests('old 200 10'))).toMatchObject({ stable: { requests: 0, failures: 0 }, canary: undefined })
  })

  test('instances are added up, each by its own restarts', async () => {
    const counts = source({ endpoints: [edge.url, other.url] })
    edge.text = requests('old 200 100')
    other.text = requests('old 200 500')
    await counts.read(signal)
    edge.text = requests('old 200 110')
    other.text = requests('old 200 3')
    expect(await counts.read(signal)).toMatchObject({ stable: { requests: 13 } })
  })

  test('the instances of stable are dealt into two halves, which show how much it differs from itself', async () => {
    const counts = source({ endpoints: [edge.url, other.url] })
    edge.text = requests('old 200 100', 'new 200 1')
    other.text = requests('old 200 500')
    expect(await counts.read(signal)).not.toHaveProperty('halves')
    edge.text = requests('old 200 110', 'new 200 5', 'new 500 5')
    other.text = requests('old 200 520', 'old 500 4')
    const { stable, halves = [] } = await counts.read(signal)
    expect(stable).toEqual({ requests: 34, failures: 4 })
    // Which instance is first goes by its address, and the ports of a test are anybody's.
    expect(halves.toSorted((a, b) => a.requests - b.requests)).toEqual([
      { requests: 10, failures: 0 },
      { requests: 24, failures: 4 },
    ])
  })

  test('a restart is known by the start time, whatever the counters say', async () => {
    const counts = source()
    await reads(counts, `process_start_time_seconds 100\n${requests('old 200 5')}`)
    expect(await reads(counts, `process_start_time_seconds 160\n${requests('old 200 8')}`)).toMatchObject({ stable: { requests: 8 } })
  })

  test('instances that a platform finds are counted as they come and go', async () => {
    let running = [edge.url]
    const counts = source({}, { instances: async () => running })
    await reads(counts, requests('old 200 100'))
    running = [edge.url, other.url]
    clock.time += 60_000
    other.text = `process_start_time_seconds ${(clock.now() - 1_000) / 1_000}\n${requests('new 200 4', 'new 500 2')}`
    expect(await reads(counts, requests('old 200 150'))).toMatchObject({ stable: { requests: 50 }, canary: { requests: 6, failures: 2 } })
    running = [edge.url]
    expect(await reads(counts, requests('old 200 151'))).toMatchObject({ stable: { requests: 1 }, canary: undefined })
    // What answers at an address that was gone may be another process: nothing to compare with.
    running = [edge.url, other.url]
    expect(await reads(counts, requests('old 200 152'))).toMatchObject({ stable: { requests: 1 }, canary: undefined })
  })

  test('the first release has nothing to be compared with', async () => {
    const counts = source({}, { sides: async () => ({ canary: newRelease }) })
    await reads(counts, requests('new 200 0'))
    expect(await reads(counts, requests('new 200 3', 'old 200 9'))).toMatchObject({ canary: { requests: 3 }, stable: undefined })
  })
})

describe('latency', () => {
  const timed = { histogram: 'seconds{digest="{{digest}}"}' }

  test('cumulative buckets become requests per bucket', async () => {
    const counts = source(timed)
    await reads(counts, requests('old 200 1') + buckets('old 0.1:10 0.5:12 +Inf:12'))
    expect(
      await reads(counts, requests('old 200 9', 'new 200 3') + buckets('old 0.1:15 0.5:19 +Inf:20') + buckets('new 0.1:1 0.5:1 +Inf:3')),
    ).toMatchObject({
      boundaries: [0.1, 0.5],
      stable: { latency: [5, 2, 1] },
      canary: { latency: [1, 0, 2] },
    })
  })

  test('versions with other buckets are compared on those that both have', async () => {
    const counts = source(timed)
    await reads(counts, requests('old 200 1') + buckets('old 0.1:0 0.25:0 0.5:0 +Inf:0'))
    expect(
      await reads(counts, requests('old 200 9', 'new 200 3') + buckets('old 0.1:1 0.25:3 0.5:4 +Inf:5') + buckets('new 0.25:2 1:2 +Inf:3')),
    ).toMatchObject({
      boundaries: [0.25],
      stable: { latency: [3, 2] },
      canary: { latency: [2, 1] },
    })
  })

  test('without a histogram the requests still count', async () => {
    const counts = source(timed)
    await reads(counts, requests('old 200 1'))
    expect(await reads(counts, requests('old 200 2'))).toEqual({ at: clock.now(), canary: undefined, stable: { requests: 1, failures: 0 } })
  })
})

describe('a source that cannot be read', () => {
  test('one failing endpoint is no data, and nothing is lost for the next read', async () => {
    const counts = source({ endpoints: [edge.url, other.url] })
    edge.text = requests('old 200 100')
    other.text = requests('old 200 100')
    await counts.read(signal)
    edge.text = requests('old 200 110')
    other.text = undefined
    await expect(counts.read(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: `${other.url} answered with status 500.`,
    })
    other.text = requests('old 200 105')
    expect(await counts.read(signal)).toMatchObject({ stable: { requests: 15 } })
  })

  test('nobody there, and something that is not metrics', async () => {
    edge.text = '<!doctype html>'
    await expect(source().read(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid' })
    const gone = await new Instance().open()
    const { url } = gone
    await gone.close()
    await expect(source({ endpoints: [url] }).read(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: expect.stringContaining(`GET ${url} was tried 3 times without success`),
    })
  })

  test('a cancelled read ends with its reason', async () => {
    await expect(source().read(AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled')
  })

  test('a series that would count for both sides is refused', async () => {
    edge.text = requests('old 200 1')
    await expect(
      source({ requests: { canary: 'requests_total', stable: 'requests_total{digest="{{stable}}"}' } }).read(signal),
    ).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: expect.stringContaining('requests_total{digest="sha256:old",code="200"} is selected for both sides'),
    })
  })
})

describe('before anything is touched', () => {
  test('the source answers and knows stable; headers are sent', async () => {
    edge.text = requests('old 200 1') + buckets('old +Inf:1')
    const headers = { authorization: { env: 'EDGE_AUTHORIZATION' } }
    await source({ headers, histogram: 'seconds{digest="{{digest}}"}' }, {}, { EDGE_AUTHORIZATION: 'Bearer t' }).check(signal)
    expect(edge.asked).toEqual(['Bearer t'])
  })

  test.each([
    ['another metric', { requests: 'hits_total{digest="{{digest}}"}' }, 'No endpoint exposes hits_total'],
    ['another label', { requests: 'requests_total{version="{{digest}}"}' }, 'No series of requests_total is that of stable'],
    ['a histogram that is not there', { histogram: 'seconds{digest="{{digest}}"}' }, 'No endpoint exposes seconds_bucket'],
  ])('%s is told, with what there is', async (_what, options, message) => {
    edge.text = requests('old 200 1')
    await expect(source(options).check(signal)).rejects.toMatchObject({
      code: 'metrics-empty',
      message: expect.stringContaining(message),
    })
  })

  test('the check does not take the mark from which is counted', async () => {
    const counts = source()
    edge.text = requests('old 200 1')
    await counts.check(signal)
    expect(await reads(counts, requests('old 200 5'))).toMatchObject({ stable: undefined })
  })

  test.each([
    ['both sides by the same labels', { requests: 'requests_total{app="shop"}' }, /selects both sides/],
    [
      'a variable without a value',
      { requests: 'requests_total{v="{{branch}}"}' },
      /`\{\{branch\}\}` .* has no value for the canary; known are side, digest, version, commit, configuration, canary, stable/,
    ],
    ['a selector that is none', { requests: 'requests_total{digest={{digest}}}' }, /cannot be read/],
    ['matchers that are none', { failed: '5xx' }, /cannot be read/],
  ])('%s is refused', async (_what, options, message) => {
    await expect(source(options).check(signal)).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringMatching(message) })
  })

  test('a value with quotes stays inside its own', async () => {
    const odd = { canary: { ...newRelease, configuration: 'a"} or \\' }, stable: oldRelease }
    const counts = source({ requests: 'requests_total{configuration="{{configuration}}"}' }, { sides: async () => odd })
    await reads(counts, oddlyConfigured(1))
    expect(await reads(counts, oddlyConfigured(3))).toMatchObject({ canary: { requests: 2 }, stable: undefined })
  })

  test('the options have a schema of their own', async () => {
    const { ratio: schema } = await sourceOptions.scrape()
    const given = { endpoints: ['http://127.0.0.1:1/metrics'], requests: { canary: 'a', stable: 'b' }, failed: 'code="500"' }
    expect(schema.parse(given)).toEqual(given)
    expect(schema.safeParse({ ...given, endpoints: ['shop'], requests: 5 }).error?.issues.map(({ message }) => message)).toEqual([
      'expected an address with http:// or https://, got "shop"',
      'expected series of a side, `name{label="value"}` as in PromQL, or a mapping with canary and stable, got 5',
    ])
  })
})

test('a histogram alone says how many requests there were', async () => {
  const counts = open({ endpoints: [edge.url], histogram: 'seconds{digest="{{digest}}"}' }, sourceContext('histogram', { clock }))
  await reads(counts, buckets('old 0.1:10 +Inf:12'))
  expect(await reads(counts, buckets('old 0.1:15 +Inf:20'))).toMatchObject({
    canary: undefined,
    stable: { requests: 8, failures: 0, latency: [5, 3] },
    boundaries: [0.1],
  })
})

test('without addresses, and a platform that knows them, there is nothing to scrape', () => {
  expect(() => open({ histogram: 'seconds{digest="{{digest}}"}' }, sourceContext('histogram'))).toThrow(
    expect.objectContaining({ code: 'config-invalid', remedy: expect.stringContaining('endpoints') }),
  )
})
