import type { Past } from './past.ts'
import { insist, MetricServer, type Asked, type Told } from './server.ts'

/** Instant queries over the access log of two versions; a line is a request. Behind a proxy that wants a token. */
export const lokiServer = (past: Past): MetricServer => {
  const tell = (asked: Asked): Told => {
    insist(asked.method === 'GET' && asked.path === '/logs/loki/api/v1/query', `${asked.method} ${asked.path}`)
    insist(asked.headers['x-scope-orgid'] === 'shop' && asked.headers.authorization === 'Bearer loki-token', 'this request')
    insist([...asked.query.keys()].toSorted().join() === 'query,time', `the parameters ${asked.query.toString()}`)
    const logql = /^sum\(count_over_time\(\{app="shop", version="(1\.[01]\.0)"\} \| json( \| status >= 500)? \[(\d+)s\]\)\)$/.exec(
      asked.query.get('query') ?? '',
    )
    insist(logql !== null, `the query ${asked.query.get('query')}`)
    const time = asked.query.get('time') ?? ''
    insist(/^\d{19}$/.test(time), `the time ${time}, which must be nanoseconds`)
    const end = Number(time.slice(0, -6))
    // A range of LogQL holds its end, and not its begin.
    const counted = past.between(logql[1] === '1.1.0' ? 'canary' : 'stable', end - Number(logql[3]) * 1_000 + 1, end + 1)
    const value = logql[2] === undefined ? counted?.requests : counted?.failures
    // A sum over no line has no value.
    return vector(value === undefined || value === 0 ? [] : [String(value)])
  }
  return new MetricServer(tell, {
    unauthorised: { status: 401, body: 'no org id' },
    busy: { status: 429, body: 'too many outstanding requests' },
    'wrong-shape': { body: { status: 'success', data: { resultType: 'streams', result: [] } } },
  })
}

export const vector = (values: readonly string[], more: Readonly<Record<string, unknown>> = {}): Told => ({
  body: {
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1_772_366_400, value] })), stats: {} },
    ...more,
  },
})
