import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sourceOptions, sources, type MetricSource } from '@deploy-kit/metrics'
import { pastSourceContract } from '../contracts/past-source.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { key, newrelicServer, refused } from '../fakes/metric-servers/newrelic.ts'
import { noon, Past } from '../fakes/metric-servers/past.ts'
import type { MetricServer } from '../fakes/metric-servers/server.ts'
import { exampleOf } from './examples.ts'
import { newRelease, oldRelease, sourceContext } from '../fakes/source-context.ts'

const { open } = await sources.newrelic()
const { ratio } = await sourceOptions.newrelic()
const secrets = { NEW_RELIC_API_KEY: key }
const { signal } = new AbortController()

const options = (server: { url: string }, more: Record<string, unknown> = {}) =>
  ratio.parse({
    account: 1234567,
    region: 'eu',
    total: "appName = 'shop' AND tags.version = '{{version}}'",
    failed: 'error IS true',
    endpoint: `${server.url}/graphql`,
    ...more,
  })

pastSourceContract(
  'newrelic',
  newrelicServer,
  (server, clock) => open(options(server), sourceContext('ratio', { clock }, secrets)),
  180_000,
)

describe('New Relic', () => {
  let past: Past
  let clock: ManualClock
  let server: MetricServer
  beforeEach(async () => {
    past = new Past()
    clock = new ManualClock(noon)
    server = await newrelicServer(past).open()
  })
  afterEach(() => server.close())

  const opened = (more: Record<string, unknown> = {}, sides = { canary: newRelease, stable: oldRelease }): MetricSource =>
    open(options(server, more), sourceContext('ratio', { clock, sides: () => Promise.resolve(sides) }, secrets))

  test('events need no whole minutes', async () => {
    const source = opened({ period: '1s', lag: '10s' })
    await source.read(signal)
    past.all.push(
      { side: 'stable', at: noon + 4_999, requests: 8, failures: 1 },
      { side: 'stable', at: noon + 5_000, requests: 1, failures: 0 },
    )
    clock.time = noon + 15_000
    expect(await source.read(signal)).toEqual({ from: noon, at: noon + 5_000, canary: undefined, stable: { requests: 8, failures: 1 } })
    clock.time = noon + 16_000
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 1 } })
  })

  test('a query that runs into its limit in an answer of 200 takes nothing away', async () => {
    const source = opened()
    await source.read(signal)
    past.all.push({ side: 'stable', at: noon + 5, requests: 8, failures: 1 })
    clock.time = noon + 150_000
    server.instead.push(refused('Query exceeded its time limit', 'TIMEOUT'))
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: expect.stringContaining('TIMEOUT') })
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 8 } })
  })

  test.each([
    ['NRQL Syntax Error: Error at line 1 position 8, unexpected `FORM`', 'SERVER_ERROR', 'metrics-query-invalid'],
    ['Argument "account" has invalid value', 'INVALID_INPUT', 'metrics-query-invalid'],
    ['Not authorized to view this account', 'FORBIDDEN', 'metrics-unauthorised'],
    ['Something went wrong', 'SERVER_ERROR', 'metrics-unavailable'],
  ])('%s is told as %s', async (message, kind, code) => {
    server.instead.push(refused(message, kind))
    await expect(opened().check(signal)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('a key that is refused is told by its name', async () => {
    server.fault = 'unauthorised'
    await expect(opened().check(signal)).rejects.toMatchObject({
      code: 'metrics-unauthorised',
      remedy: expect.stringMatching(/NEW_RELIC_API_KEY .* account 1234567, in the region eu/),
    })
  })

  test('too many at once are waited for', async () => {
    server.instead.push({ status: 429, body: '' }, { status: 429, headers: { 'retry-after': '2' }, body: '' })
    await opened().read(signal)
    expect(clock.now()).toBe(noon + 3_000)
  })

  test.each([
    ['no row', { data: { actor: { account: { canary: { results: [] }, stable: { results: [] } } } } }],
    ['a row for each facet', { data: { actor: { account: { canary: { results: [1, 2].map((n) => ({ requests: n, failures: 0 })) } } } } }],
    ['no account', { data: { actor: { account: null } } }],
  ])('%s cannot be counted', async (_what, body) => {
    server.instead.push({ body })
    await expect(opened().read(signal)).rejects.toMatchObject({ code: 'metrics-query-invalid' })
  })

  test('a version with a quote stays inside its own', async () => {
    server.instead.push({
      body: {
        data: {
          actor: { account: { canary: { results: [{ requests: 0, failures: 0 }] }, stable: { results: [{ requests: 0, failures: 0 }] } } },
        },
      },
    })
    await opened({}, { canary: { ...newRelease, version: "1' OR 1=1 \\" }, stable: oldRelease }).read(signal)
    const { variables } = JSON.parse(server.asked[0]?.body ?? '') as { variables: { canary: string } }
    expect(variables.canary).toContain(String.raw`tags.version = '1\' OR 1=1 \\')`)
  })

  test.each([
    ['total', "appName = 'shop' SINCE 1 day ago", false],
    ['failed', 'error IS true facet host', false],
    ['failed', "message = 'no limit since yesterday'", true],
    ['count', 'count(apm.service.transaction.duration)', true],
    ['from', 'Transaction WHERE x', false],
    ['from', 'Metric', true],
  ])('%s: %s', (name, value, allowed) => {
    expect(ratio.safeParse({ ...options({ url: 'http://h' }), lag: '1s', period: '1s', [name]: value }).success).toBe(allowed)
  })

  test('the example of the README is taken, with the lag that it tells of', async () => {
    expect(await exampleOf('newrelic')).toMatchObject({
      period: 60_000,
      lag: 90_000,
      count: 'count(*)',
      'api-key': { env: 'NEW_RELIC_API_KEY' },
    })
  })
})
