import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Fault } from '../contracts/metric-source.ts'
import type { CounterWorld, Series } from './counter-world.ts'
import { loopback, type Loopback } from './loopback.ts'
import type { ManualClock } from './manual-clock.ts'

interface Scrape {
  readonly at: number
  readonly series: readonly Series[]
}

/** Series older than this are not seen by an instant query. */
const lookbackMs = 300_000

/**
 * The query API of a Prometheus 3, as far as it is used here: POST /api/v1/query with `query` and `time`, /api/v1/query_range; selectors with = and =~, and
 * `sum by (…) (selector)`; the series `seconds` is a native histogram. Anything else is answered as Prometheus answers a query that it cannot parse, or breaks the test.
 */
export class FakePrometheus {
  /** What was asked, for tests of headers and queries. */
  readonly asked: { readonly headers: IncomingMessage['headers']; readonly query: string; readonly time: number }[] = []
  /** Added to every answer. */
  warnings: readonly string[] = []
  /** Whether the classic buckets of a native histogram are there too. */
  keepsClassic = true
  /** In place of an answer. */
  answer: { readonly status: number; readonly body: unknown } | undefined
  url = ''
  readonly #scrapes: Scrape[] = []
  readonly #world: CounterWorld
  #server: Loopback | undefined

  private constructor(world: CounterWorld) {
    this.#world = world
  }

  static async open(world: CounterWorld, clock: ManualClock): Promise<FakePrometheus> {
    const prometheus = new FakePrometheus(world)
    world.onPass = () => prometheus.#scrapes.push({ at: clock.now(), series: world.series.map((series) => ({ ...series })) })
    prometheus.#server = await loopback((request, response) => prometheus.#handle(request, response))
    prometheus.url = prometheus.#server.url
    return prometheus
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const path = request.url ?? ''
    if (request.method !== 'POST' || !['/api/v1/query', '/api/v1/query_range'].includes(path))
      throw new Error(`asked for ${request.method} ${path}`)
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Error('not a form')
    const form = new URLSearchParams(await text(request))
    const query = form.get('query') ?? ''
    const isRange = path.endsWith('_range')
    const time = Number(form.get(isRange ? 'end' : 'time'))
    if (!(time > 0)) throw new Error(`the time ${time} is none`)
    this.asked.push({ headers: request.headers, query, time })
    if (this.#world.fault !== undefined) return broken(this.#world.fault, request, response)
    if (this.answer !== undefined) return json(this.answer.status, this.answer.body)
    try {
      if (isRange) return json(200, { status: 'success', data: { resultType: 'matrix', result: this.#over(query, form) } })
      const result = evaluate(query, this.#at(time * 1_000), this.keepsClassic).map(({ name, labels, value, native }) => ({
        metric: { ...(name !== '' && { __name__: name }), ...labels },
        value: native === undefined ? [time, String(value)] : undefined,
        histogram: native && [time, shown(native)],
      }))
      json(200, {
        status: 'success',
        data: { resultType: 'vector', result },
        ...(this.warnings.length > 0 && { warnings: this.warnings }),
      })
    } catch (error) {
      json(400, { status: 'error', errorType: 'bad_data', error: `invalid parameter "query": ${String(error)}` })
    }
  }

  #over(query: string, form: URLSearchParams): readonly unknown[] {
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name))) as [number, number, number]
    if (!(Number.isFinite(start) && end >= start && step > 0)) throw new Error(`${start} to ${end} by ${step} is no range`)
    if ((end - start) / step > 11_000) throw new Error('exceeded maximum resolution of 11,000 points per timeseries')
    const rows = new Map<string, { readonly metric: Readonly<Record<string, string>>; readonly values: (readonly [number, string])[] }>()
    for (let at = start; at <= end + 1e-9; at += step)
      for (const { name, labels, value } of evaluate(query, this.#at(at * 1_000), this.keepsClassic)) {
        const metric = { ...(name !== '' && { __name__: name }), ...labels }
        const row = rows.get(JSON.stringify(metric)) ?? { metric, values: new Array<readonly [number, string]>() }
        row.values.push([Number(at.toFixed(3)), String(value)])
        rows.set(JSON.stringify(metric), row)
      }
    return [...rows.values()]
  }

  #at(at: number): readonly Series[] {
    return this.#scrapes.findLast((scrape) => scrape.at <= at && scrape.at > at - lookbackMs)?.series ?? []
  }
}

const broken = (fault: Fault, request: IncomingMessage, response: ServerResponse): void => {
  switch (fault) {
    case 'unreachable':
      request.socket.destroy()
      return
    case 'hanging':
      return
    case 'unauthorised':
      response.writeHead(401).end('Unauthorized\n')
      return
    case 'busy':
      response.writeHead(429, { 'retry-after': '1' }).end('too many outstanding requests')
      return
    case 'not-json':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>')
      return
    case 'wrong-shape':
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":17}]}}')
      return
  }
}

/** Observations by the upper end of their bucket; each bucket is an eighth of a doubling wide. */
type Native = ReadonlyMap<number, number>
type Answered = Series & { readonly native?: Native }

/** As `marshalHistogram` of Prometheus writes it: numbers are strings, and a bucket without an observation is left out. */
const shown = (native: Native): unknown => ({
  count: String([...native.values()].reduce((sum, count) => sum + count, 0)),
  sum: '17.5',
  buckets: [...native]
    .filter(([, count]) => count > 0)
    .toSorted(([a], [b]) => a - b)
    .map(([right, count]) => [0, String(right / 2 ** 0.125), String(right), String(count)]),
})

/** The classic histogram of the world, as the native one that its instances would expose. */
const nativeOf = (series: readonly Series[], name: string): readonly Answered[] => {
  const groups = Map.groupBy(
    series.filter((one) => one.name === `${name}_bucket`),
    ({ labels: { le: _le, ...labels } }) => JSON.stringify(labels),
  )
  return [...groups].map(([labels, members]) => {
    const upTo = (le: string): number => members.find((one) => one.labels['le'] === le)?.value ?? 0
    return {
      name,
      labels: JSON.parse(labels) as Series['labels'],
      value: 0,
      native: new Map([
        [2 ** -3.5, upTo('0.1')],
        [1, upTo('+Inf') - upTo('0.1')],
      ]),
    }
  })
}

const evaluate = (query: string, series: readonly Series[], keepsClassic: boolean): readonly Answered[] => {
  const sum = /^sum by \(([\w, ]+)\) \((.+)\)$/.exec(query)
  if (sum === null) return selected(query, series, keepsClassic)
  const kept = (sum[1] ?? '').split(',').map((label) => label.trim())
  const groups = new Map<string, Series & { native?: Map<number, number> }>()
  for (const { labels, value, native } of selected(sum[2] ?? '', series, keepsClassic)) {
    const own = Object.fromEntries(kept.flatMap((label) => (labels[label] === undefined ? [] : [[label, labels[label]]])))
    const group = groups.get(JSON.stringify(own)) ?? { name: '', labels: own, value: 0 }
    group.value += value
    for (const [right, count] of native ?? []) (group.native ??= new Map()).set(right, (group.native.get(right) ?? 0) + count)
    groups.set(JSON.stringify(own), group)
  }
  return [...groups.values()]
}

const selected = (query: string, all: readonly Series[], keepsClassic: boolean): readonly Answered[] => {
  const [, name = '', inside = ''] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(query) ?? []
  if (name === '') throw new Error('1:1: parse error')
  const matchers = [...inside.matchAll(/(\w+)(=~|=)"([^"]*)"/g)]
  if (name === 'seconds_bucket' && !keepsClassic) return []
  const series = name === 'seconds' ? nativeOf(all, name) : all
  return series.filter(
    (one) =>
      one.name === name &&
      matchers.every(([, label = '', sign, value = '']) => {
        const found = one.labels[label] ?? ''
        return sign === '=' ? found === value : new RegExp(`^(?:${value})$`).test(found)
      }),
  )
}
