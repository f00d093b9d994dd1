import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type MetricSource } from '@deploy-kit/metrics'
import { pastSourceContract } from '../contracts/past-source.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { lokiServer, vector } from '../fakes/metric-servers/loki.ts'
import { noon, Past } from '../fakes/metric-servers/past.ts'
import type { MetricServer } from '../fakes/metric-servers/server.ts'
import { exampleOf } from './examples.ts'
import { newRelease, oldRelease, sourceContext } from '../fakes/source-context.ts'

const { open } = await sources.loki()
const { ratio } = await sourceOptions.loki()
const secrets = { LOKI_TOKEN: 'loki-token', LOKI_PASSWORD: 'pass:word' }
const { signal } = new AbortController()

const options = (server: { url: string }, more: Record<string, unknown> = {}) =>
  ratio.parse({
    url: `${server.url}/logs/`,
    tenant: 'shop',
    ...('basic' in more ? {} : { bearer: { env: 'LOKI_TOKEN' } }),
    total: '{app="shop", version="{{version}}"} | json',
    failed: '| status >= 500',
    ...more,
  })

const oddlyNamed = () => Promise.resolve({ canary: { ...newRelease, version: '1"} or {a=~".*' }, stable: oldRelease })

pastSourceContract('loki', lokiServer, (server, clock) => open(options(server), sourceContext('ratio', { clock }, secrets)), 31_000)

describe('Loki', () => {
  let past: Past
  let clock: ManualClock
  let server: MetricServer
  beforeEach(async () => {
    past = new Past()
    clock = new ManualClock(noon)
    server = await lokiServer(past).open()
  })
  afterEach(() => server.close())

  const opened = (more: Record<string, unknown> = {}): MetricSource =>
    open(options(server, more), sourceContext('ratio', { clock }, secrets))
  const line = (ms: number, failures = 0): void => {
    past.all.push({ side: 'stable', at: noon + ms, requests: 1, failures })
  }

  test('a line at the very end of a window is counted once', async () => {
    const source = opened()
    await source.read(signal)
    for (const ms of [1, 4_000, 5_000, 5_001, 9_999, 10_000]) line(ms)
    clock.time = noon + 35_000
    expect(await source.read(signal)).toMatchObject({ at: noon + 5_000, stable: { requests: 3, failures: 0 } })
    clock.time = noon + 40_700
    expect(await source.read(signal)).toMatchObject({ at: noon + 10_000, stable: { requests: 3, failures: 0 } })
    clock.time = noon + 41_000
    expect(await source.read(signal)).toMatchObject({ at: noon + 11_000, stable: undefined })
  })

  test('one of four queries that fails makes none of them count', async () => {
    const source = opened()
    await source.read(signal)
    line(1, 1)
    clock.time = noon + 35_000
    server.instead.push({ status: 500, body: 'context deadline exceeded' })
    await expect(source.read(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: expect.stringContaining('deadline exceeded'),
    })
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 1, failures: 1 } })
  })

  test('Retry-After is heeded, in seconds and as a date', async () => {
    server.instead.push({ status: 429, headers: { 'retry-after': '2' }, body: '' })
    await opened().read(signal)
    expect(clock.now()).toBe(noon + 2_000)
    server.instead.push(
      ...Array.from({ length: 4 }, () => ({ status: 429, headers: { 'retry-after': new Date(noon + 62_000).toUTCString() }, body: '' })),
    )
    const source = opened()
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: expect.stringContaining('wait 1 m') })
    const asked = server.asked.length
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable' })
    expect(server.asked.length).toBe(asked)
  })

  test('no line is no data, also where it is told as 0', async () => {
    const source = opened()
    await source.read(signal)
    clock.time = noon + 35_000
    server.instead.push(vector(['0']), vector(['0']), vector(['0']), vector([]))
    expect(await source.read(signal)).toEqual({ from: noon, at: noon + 5_000, canary: undefined, stable: undefined })
  })

  test('a query that is refused is told in the words of Loki', async () => {
    server.instead.push({ status: 400, body: 'parse error at line 1, col 40: syntax error: unexpected IDENTIFIER' })
    await expect(opened().check(signal)).rejects.toMatchObject({
      code: 'metrics-query-invalid',
      message: expect.stringContaining('unexpected IDENTIFIER'),
    })
  })

  test('who asks can be said by a name and a password too', async () => {
    server.instead.push(vector([]), vector([]), vector([]), vector([]))
    await opened({ basic: { username: 'ci', password: { env: 'LOKI_PASSWORD' } } }).read(signal)
    expect(new Set(server.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Basic ${btoa('ci:pass:word')}`]))
  })

  test.each([
    [
      'a part, because of a limit',
      vector(['5'], { warnings: ['maximum of series (500) reached for a single query'] }),
      'metrics-unavailable',
    ],
    ['several values', vector(['5', '6']), 'metrics-query-invalid'],
    ['a value that is none', vector(['NaN']), 'metrics-query-invalid'],
    ['an error in an answer of 200', { body: { status: 'error', errorType: 'timeout', error: 'x' } }, 'metrics-query-invalid'],
  ])('%s cannot be counted', async (_what, told, code) => {
    server.instead.push(told)
    await expect(opened().read(signal)).rejects.toMatchObject({ code })
  })

  test('a version with a quote stays inside its own', async () => {
    server.instead.push(vector([]), vector([]), vector([]), vector([]))
    await open(options(server), sourceContext('ratio', { clock, sides: oddlyNamed }, secrets)).read(signal)
    expect(server.asked.map(({ query }) => query.get('query')).join()).toContain(String.raw`version="1\"} or {a=~\".*"}`)
  })

  test('stages are stages', () => {
    const wrong = ratio.safeParse({ url: 'https://u:p@loki', total: '{a="b"}', failed: 'status >= 500' })
    expect(wrong.error?.issues.map(({ path }) => path.join())).toEqual(['url', 'failed'])
  })

  test('the example of the README is taken, with the lag that it tells of', async () => {
    expect(await exampleOf('loki')).toMatchObject({ lag: 30_000, bearer: { env: 'LOKI_TOKEN' } })
  })
})
