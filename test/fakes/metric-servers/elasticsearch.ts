import type { Past } from './past.ts'
import { insist, MetricServer, type Asked, type Told } from './server.ts'

interface Body {
  readonly size: number
  readonly track_total_hits: boolean
  readonly query: {
    readonly bool: { readonly filter: readonly [{ readonly range: Record<string, { gte: number; lt: number; format: string }> }] }
  }
  readonly aggs: {
    readonly sides: {
      readonly filters: { readonly filters: Record<string, { query_string: { query: string } }> }
      readonly aggs: { readonly failed: { readonly filter: { readonly query_string: { readonly query: string } } } }
    }
  }
}

/** An index of requests of two versions. */
export const elasticsearchServer = (past: Past): MetricServer => {
  const tell = (asked: Asked): Told => {
    insist(asked.method === 'POST' && asked.path === '/logs-shop-*/_search', `${asked.method} ${asked.path}`)
    insist(
      asked.query.get('allow_partial_search_results') === 'false' && asked.query.get('allow_no_indices') === 'false',
      'a part for the whole',
    )
    insist(
      asked.headers['content-type'] === 'application/json' && asked.headers.authorization === 'ApiKey VnVhQ2ZHY0JDZGJrUW0=',
      'this request',
    )
    const { size, track_total_hits: hits, query, aggs, ...unknown } = JSON.parse(asked.body) as Body
    insist(size === 0 && !hits && Object.keys(unknown).length === 0, 'this body')
    const range = query.bool.filter[0].range['@timestamp']
    insist(range?.format === 'epoch_millis' && Number.isInteger(range.gte) && range.gte < range.lt, 'this range')
    insist(aggs.sides.aggs.failed.filter.query_string.query === 'http.response.status_code:[500 TO *]', 'these failures')
    const buckets = Object.entries(aggs.sides.filters.filters).map(
      ([
        side,
        {
          query_string: { query: lucene },
        },
      ]) => {
        const version = /^service\.name:shop AND service\.version:"(1\.[01]\.0)"$/.exec(lucene)?.[1]
        insist(version === (side === 'canary' ? '1.1.0' : '1.0.0'), `the query ${lucene} for ${side}`)
        const counted = past.between(side as 'canary' | 'stable', range.gte, range.lt) ?? { requests: 0, failures: 0 }
        return [side, { doc_count: counted.requests, failed: { doc_count: counted.failures } }]
      },
    )
    return searched({ aggregations: { sides: { buckets: Object.fromEntries(buckets) as unknown } } })
  }
  return new MetricServer(tell, {
    unauthorised: refusal(401, 'security_exception', 'missing authentication credentials for REST request [/logs-shop-*/_search]'),
    busy: refusal(429, 'circuit_breaking_exception', '[parent] Data too large'),
    'wrong-shape': searched({ aggregations: { sides: { buckets: [] } } }),
  })
}

export const searched = (more: Readonly<Record<string, unknown>>): Told => ({
  body: {
    took: 3,
    timed_out: false,
    _shards: { total: 2, successful: 2, skipped: 0, failed: 0 },
    hits: { max_score: null, hits: [] },
    ...more,
  },
})

export const refusal = (status: number, type: string, reason: string): Told => ({
  status,
  body: { error: { root_cause: [{ type, reason }], type, reason }, status },
})
