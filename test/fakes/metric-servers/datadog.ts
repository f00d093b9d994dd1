import type { Side } from '@deploy-kit/rollout'
import type { Past } from './past.ts'
import { insist, MetricServer, type Asked, type Told } from './server.ts'

export const keys = { DD_API_KEY: 'a'.repeat(32), DD_APP_KEY: 'b'.repeat(40) }

interface Body {
  readonly data: {
    readonly type: string
    readonly attributes: {
      readonly from: number
      readonly to: number
      readonly interval: number
      readonly queries: readonly { readonly data_source: string; readonly name: string; readonly query: string }[]
      readonly formulas: readonly { readonly formula: string }[]
    }
  }
}

export const forbidden: Told = { status: 403, body: { errors: ['Forbidden'] } }
export const limited = (seconds: number): Told => ({
  status: 429,
  headers: {
    'x-ratelimit-limit': '1600',
    'x-ratelimit-period': '3600',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(seconds),
  },
  body: { errors: ['Rate limit of 1600 requests in 3600 seconds reached. Please try again later.'] },
})

/** Timeseries of two versions of a service; without a point where nothing was counted. */
export const datadogServer = (past: Past): MetricServer => {
  const tell = (asked: Asked): Told => {
    insist(asked.method === 'POST' && asked.path === '/api/v2/query/timeseries' && asked.query.size === 0, `${asked.method} ${asked.path}`)
    insist(asked.headers['content-type'] === 'application/json', 'another content type')
    insist(asked.headers['dd-api-key'] === keys.DD_API_KEY && asked.headers['dd-application-key'] === keys.DD_APP_KEY, 'these keys')
    const { data } = JSON.parse(asked.body) as Body
    insist(data.type === 'timeseries_request', `the type ${data.type}`)
    const { from, to, interval, queries, formulas } = data.attributes
    insist(Number.isInteger(from) && Number.isInteger(to) && from < to && interval === 60_000, 'this window')
    const times: number[] = []
    for (let at = Math.floor(from / interval) * interval; at < to; at += interval) times.push(at)
    const rows = formulas.map(({ formula }) => {
      const asks = queries.find(({ name }) => name === formula)
      insist(asks?.data_source === 'metrics', `the formula ${formula}`)
      return rowOf(past, asks.query, times, interval)
    })
    // A query that finds nothing has no series at all.
    const found = rows.flatMap((row, index) => (row.every((value) => value === null) ? [] : [{ index, row }]))
    return {
      body: {
        data: {
          id: '0',
          type: 'timeseries_response',
          attributes: {
            series: found.map(({ index }) => ({ group_tags: [], query_index: index, unit: null })),
            times: found.length === 0 ? [] : times,
            values: found.map(({ row }) => row),
          },
        },
      },
    }
  }
  return new MetricServer(tell, {
    unauthorised: forbidden,
    busy: limited(0),
    'wrong-shape': { body: { data: { attributes: { series: 'none' } } } },
  })
}

const rowOf = (past: Past, query: string, times: readonly number[], interval: number): (number | null)[] => {
  const asked = /^sum:trace\.http\.request\.(hits|errors)\{service:shop,version:(1\.[01]\.0)\}\.as_count\(\)\.rollup\(sum, 60\)$/.exec(
    query,
  )
  insist(asked !== null, `the query ${query}`)
  const side: Side = asked[2] === '1.1.0' ? 'canary' : 'stable'
  return times.map((at) => {
    const counted = past.between(side, at, at + interval)
    const value = asked[1] === 'hits' ? counted?.requests : counted?.failures
    return value === undefined || (value === 0 && asked[1] === 'errors') ? null : value
  })
}
