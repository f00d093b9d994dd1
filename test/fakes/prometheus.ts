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
 * The query API of a Prometheus 3, as far as it is used here: POST /api/v1/query with `query` and `time`; selectors with = and =~, and
 * `sum by (…) (selector)`. Anything else is answered as Prometheus answers a query that it cannot parse, or breaks the test.
 */
export class FakePrometheus {
  /** What was asked, for tests of headers and queries. */
  readonly asked: { readonly headers: IncomingMessage['headers']; readonly query: string; readonly time: number }[] = []
  /** Added to every answer. */
  warnings: readonly string[] = []
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
    if (request.method !== 'POST' || request.url !== '/api/v1/query') throw new Error(`asked for ${request.method} ${request.url}`)
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Error('not a form')
    const form = new URLSearchParams(await text(request))
    const query = form.get('query') ?? ''
    const time = Number(form.get('time'))
    if (!(time > 0)) throw new Error(`the time ${form.get('time')} is none`)
    this.asked.push({ headers: request.headers, query, time })
    if (this.#world.fault !== undefined) return broken(this.#world.fault, request, response)
    if (this.answer !== undefined) return json(this.answer.status, this.answer.body)
    try {
      const result = evaluate(query, this.#at(time * 1_000)).map(({ name, labels, value }) => ({
        metric: { ...(name !== '' && { __name__: name }), ...labels },
        value: [time, String(value)],
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

const evaluate = (query: string, series: readonly Series[]): readonly Series[] => {
  const sum = /^sum by \(([\w, ]+)\) \((.+)\)$/.exec(query)
  if (sum === null) return selected(query, series)
  const kept = (sum[1] ?? '').split(',').map((label) => label.trim())
  const groups = new Map<string, Series>()
  for (const { labels, value } of selected(sum[2] ?? '', series)) {
    const own = Object.fromEntries(kept.flatMap((label) => (labels[label] === undefined ? [] : [[label, labels[label]]])))
    const group = groups.get(JSON.stringify(own)) ?? { name: '', labels: own, value: 0 }
    group.value += value
    groups.set(JSON.stringify(own), group)
  }
  return [...groups.values()]
}

const selected = (query: string, series: readonly Series[]): readonly Series[] => {
  const [, name = '', inside = ''] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(query) ?? []
  if (name === '') throw new Error('1:1: parse error')
  const matchers = [...inside.matchAll(/(\w+)(=~|=)"([^"]*)"/g)]
  return series.filter(
    (one) =>
      one.name === name &&
      matchers.every(([, label = '', sign, value = '']) => {
        const found = one.labels[label] ?? ''
        return sign === '=' ? found === value : new RegExp(`^(?:${value})$`).test(found)
      }),
  )
}
