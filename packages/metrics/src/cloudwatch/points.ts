import type { Asker } from '../windows/asker.ts'
import type { Tallies } from '../windows/closed-periods.ts'
import { periodAt, type Window } from '../windows/window.ts'
import type { MetricData } from './answer.ts'
import type { Query } from './queries.ts'

interface Series {
  readonly query: Query
  /** Sum of each period, by its beginning: a point that is on two pages is counted once. */
  readonly points: Map<number, number>
  status?: string | undefined
}

/** The points of one window, from however many pages. */
export class Points {
  readonly #series: ReadonlyMap<string, Series>
  readonly #window: Window
  readonly #periodMs: number
  readonly #asker: Asker
  #messages: MetricData['Messages']

  constructor(queries: readonly Query[], window: Window, periodMs: number, asker: Asker) {
    this.#series = new Map(queries.map((query) => [query.id, { query, points: new Map<number, number>() }]))
    this.#window = window
    this.#periodMs = periodMs
    this.#asker = asker
  }

  /** @throws KitError when the page tells of a failure, or is not about what was asked */
  take({ MetricDataResults: results, Messages: messages }: MetricData): void {
    if ((messages ?? []).length > 0) this.#messages = messages
    for (const result of results) {
      const series = this.#series.get(result.Id)
      if (series === undefined) throw this.#asker.unexpected(`a metric that was not asked for, \`${result.Id}\``)
      const { metric } = series.query
      if (result.StatusCode === 'Forbidden') throw this.#asker.unauthorised(`the status of ${metric} is Forbidden${said(result.Messages)}`)
      if (result.StatusCode === 'InternalError')
        throw this.#asker.broken(`the status of ${metric} is InternalError${said(result.Messages)}`)
      if (result.Timestamps.length !== result.Values.length) throw this.#asker.unexpected(`${result.Id} has not as many values as times`)
      for (const [index, seconds] of result.Timestamps.entries()) this.#put(series, seconds * 1_000, result.Values[index] ?? 0)
      series.status = result.StatusCode
    }
  }

  #put({ query, points }: Series, at: number, value: number): void {
    if (periodAt(at, this.#periodMs) !== at) throw this.#asker.unexpected(`${query.id} has a point at ${at / 1_000} s, between two periods`)
    if (value < 0) throw this.#asker.unexpected(`${query.metric} counts ${value} at ${at / 1_000} s`)
    // CloudWatch rounds the begin of what is asked for down; what is before the window was counted with the last one.
    if (at >= this.#window.from && at < this.#window.until) points.set(at, value)
  }

  /**
   * A load balancer reports no failures where there are none; without a report of requests, nothing is known of the side.
   * @throws KitError when a page was the last one, and still not all was given
   */
  tallies(): Tallies {
    const all = [...this.#series.values()]
    const missing = all.find(({ status }) => status === undefined)
    if (missing !== undefined) throw this.#asker.unexpected(`nothing about \`${missing.query.id}\``)
    const partial = all.find(({ status }) => status !== 'Complete')
    if (partial !== undefined || this.#messages !== undefined)
      throw this.#asker.broken(`only a part of the points was given${said(this.#messages)}`)
    const of = (side: Query['side']): Tallies[typeof side] => {
      const own = all.filter(({ query }) => query.side === side)
      const failures = sum(own.filter(({ query }) => query.what === 'failures'))
      const requests = own.filter(({ query }) => query.what === 'requests')
      const isKnown = failures > 0 || requests.some(({ points }) => points.size > 0)
      return isKnown ? { requests: sum(requests), failures } : undefined
    }
    return { canary: of('canary'), stable: of('stable') }
  }
}

const sum = (series: readonly Series[]): number =>
  series.flatMap(({ points }) => Array.from(points.values())).reduce((total, value) => total + value, 0)

const said = (messages: MetricData['Messages']): string => {
  const words = (messages ?? []).map(({ Code, Value }) => [Code, Value].filter(Boolean).join(': ')).join('; ')
  return words === '' ? '' : ` (${words})`
}
