import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type MetricSource } from '@deploy-kit/metrics'
import { pastSourceContract } from '../contracts/past-source.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { elasticsearchServer, refusal, searched } from '../fakes/metric-servers/elasticsearch.ts'
import { noon, Past } from '../fakes/metric-servers/past.ts'
import type { MetricServer } from '../fakes/metric-servers/server.ts'
import { exampleOf } from './examples.ts'
import { newRelease, oldRelease, sourceContext } from '../fakes/source-context.ts'

const { open } = await sources.elasticsearch()
const { ratio } = await sourceOptions.elasticsearch()
const secrets = { ES_API_KEY: 'VnVhQ2ZHY0JDZGJrUW0=' }
const { signal } = new AbortController()

const options = (server: { url: string }, more: Record<string, unknown> = {}) =>
  ratio.parse({
    url: server.url,
    index: 'logs-shop-*',
    ...('headers' in more ? {} : { 'api-key': { env: 'ES_API_KEY' } }),
    total: 'service.name:shop AND service.version:"{{version}}"',
    failed: 'http.response.status_code:[500 TO *]',
    ...more,
  })

pastSourceContract(
  'elasticsearch',
  elasticsearchServer,
  (server, clock) => open(options(server), sourceContext('ratio', { clock }, secrets)),
  31_000,
)

describe('Elasticsearch', () => {
  let past: Past
  let clock: ManualClock
  let server: MetricServer
  beforeEach(async () => {
    past = new Past()
    clock = new ManualClock(noon)
    server = await elasticsearchServer(past).open()
  })
  afterEach(() => server.close())

  const opened = (more: Record<string, unknown> = {}): MetricSource =>
    open(options(server, more), sourceContext('ratio', { clock }, secrets))
  const nothing = {
    sides: { buckets: { canary: { doc_count: 0, failed: { doc_count: 0 } }, stable: { doc_count: 0, failed: { doc_count: 0 } } } },
  }

  test.each([
    ['a search that took too long', { timed_out: true, aggregations: nothing }, 'took too long'],
    [
      'a shard that failed',
      {
        _shards: {
          total: 2,
          successful: 1,
          failed: 1,
          failures: [{ shard: 0, reason: { type: 'no_shard_available_action_exception', reason: null } }],
        },
        aggregations: nothing,
      },
      '1 of 2 shards failed (no_shard_available_action_exception)',
    ],
    [
      'a remote cluster that was left out',
      { _clusters: { total: 2, successful: 1, skipped: 1 }, aggregations: nothing },
      '1 clusters were left out',
    ],
  ])('%s is a part and not the whole', async (_what, more, message) => {
    const source = opened()
    await source.read(signal)
    past.all.push({ side: 'stable', at: noon + 5, requests: 40, failures: 2 })
    clock.time = noon + 31_000
    server.instead.push(searched(more))
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: expect.stringContaining(message) })
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 40, failures: 2 } })
  })

  test.each([
    ['an index that is not there', refusal(404, 'index_not_found_exception', 'no such index [logs-shop-*]'), 'no such index'],
    [
      'a pattern that no index has',
      searched({ _shards: { total: 0, successful: 0, skipped: 0, failed: 0 } }),
      'no index is called logs-shop-*',
    ],
    ['a query that cannot be read', refusal(400, 'query_shard_exception', 'Failed to parse query [a AND]'), 'Failed to parse query'],
  ])('%s is told', async (_what, told, message) => {
    server.instead.push(told)
    await expect(opened().check(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid', message: expect.stringContaining(message) })
  })

  test('a role that may not read is told with the privilege', async () => {
    server.instead.push(refusal(403, 'security_exception', 'action [indices:data/read/search] is unauthorized for API key id [x]'))
    await expect(opened().check(signal)).rejects.toMatchObject({
      code: 'metrics-unauthorised',
      remedy: expect.stringMatching(/ES_API_KEY, .* `read` on logs-shop-\*/),
    })
  })

  test('a cluster that is open to all is asked without a name', async () => {
    server.instead.push(searched({ aggregations: nothing }))
    await opened({ headers: { 'x-found-cluster': 'shop' } }).read(signal)
    expect(server.asked[0]?.headers).toMatchObject({ 'x-found-cluster': 'shop' })
    expect(server.asked[0]?.headers).not.toHaveProperty('authorization')
  })

  test('after the promotion only the promoted version is asked for', async () => {
    let sides: object = { canary: newRelease, stable: oldRelease }
    const source = open(options(server), sourceContext('ratio', { clock, sides: () => Promise.resolve(sides) }, secrets))
    await source.read(signal)
    sides = { stable: newRelease }
    server.instead.push(searched({ aggregations: { sides: { buckets: { stable: { doc_count: 9, failed: { doc_count: 1 } } } } } }))
    clock.time = noon + 31_000
    expect(await source.read(signal)).toMatchObject({ canary: undefined, stable: { requests: 9, failures: 1 } })
    expect(server.asked.at(-1)?.body).toContain('"filters":{"filters":{"stable":')
  })

  test('nothing runs, nothing is asked', async () => {
    const source = open(options(server), sourceContext('ratio', { clock, sides: () => Promise.resolve({}) }, secrets))
    expect(await source.read(signal)).toEqual({ at: noon, canary: undefined, stable: undefined })
    expect(server.asked).toHaveLength(0)
  })

  test('a configuration that cannot be is told', () => {
    const wrong = ratio.safeParse({
      url: 'ftp://es',
      index: 'a/_delete_by_query?',
      'api-key': { env: 'not a name' },
      total: '',
      failed: 'x',
    })
    expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual(['url', 'index', 'api-key.env', 'total'])
  })

  test('the example of the README is taken, with the lag that it tells of', async () => {
    expect(await exampleOf('elasticsearch')).toMatchObject({ lag: 30_000, 'time-field': '@timestamp' })
  })
})
