import { afterAll, expect, test } from '@jest/globals'
import type { Shop } from '../e2e/stage/shop.ts'
import { setStage } from '../e2e/stage/stage.ts'
import { Prometheus } from './prometheus-process.ts'

const stage = await setStage()
const prometheus = await Prometheus.scraping(stage.edge.admin).catch(async (error: unknown) => {
  await stage.strike()
  throw error
})
afterAll(async () => {
  await stage.strike()
  await prometheus.stop()
})

const judged = { steps: '25, 100', 'bake-min': '1s', 'bake-max': '40s', poll: '500ms', watch: '2s', 'on-insufficient': 'hold' }

const requestsOf = (shop: Shop): string => `deploy_kit_requests_total{app="shop.${shop.environment}"}`

/** Errors and latency come from Prometheus, and from nowhere else. */
const judgedBy = (shop: Shop, { url }: { readonly url: string }, more: Readonly<Record<string, unknown>> = {}): Shop =>
  shop.configured({
    judge: {
      harm: '0.5%',
      errors: {
        prometheus: {
          url,
          total: requestsOf(shop),
          failed: 'code=~"5.."',
          'side-label': { label: 'digest', value: '{{digest}}' },
          lag: '200ms',
          ...more,
        },
      },
      latency: {
        prometheus: {
          url,
          histogram: `sum by (le, digest) (deploy_kit_request_duration_seconds_bucket{app="shop.${shop.environment}",digest="{{digest}}"})`,
          lag: '200ms',
        },
        slo: '500ms',
      },
    },
  })

test('a good release of the shop is promoted by what Prometheus counts', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(200)
  await prometheus.knows(requestsOf(shop))
  const { exitCode, outputs, log } = await judgedBy(shop, prometheus).releases('v2', judged)

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted', 'reason-code': 'ok' })
  expect(await shop.state()).toMatchObject({ stable: 'v2', weight: 0 })
  const passes = shop.events(shop.lastRun).flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence.numbers]))
  expect(JSON.stringify(passes)).toContain('latency-slo')
})

test('a bad release of the shop is sent back by what Prometheus counts', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(200)
  await prometheus.knows(requestsOf(shop))
  const { exitCode, outputs, log } = await judgedBy(shop, prometheus).releases('v3', { ...judged, steps: '25, 50, 100' })

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-failing' })
  expect(outputs['reason']).toMatch(/canary \d/)
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test('a Prometheus that ends on the way is no verdict: nothing is promoted without evidence', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const doomed = await Prometheus.scraping(stage.edge.admin)
  try {
    await doomed.knows(requestsOf(shop))
    const step = await judgedBy(shop, doomed).startsRelease('v2', { ...judged, steps: '5, 100' })
    await shop.reaches({ weight: 5 }, step)
    await doomed.stop()
    const { exitCode, outputs } = await step.ended
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'metrics-unavailable' })
    expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
  } finally {
    await doomed.stop()
  }
})

test.each([
  ['a query that Prometheus cannot read', { total: 'deploy_kit_requests_total{' }, 'metrics-query-invalid', /parse error|unexpected/],
  ['a metric that is not there', { total: 'http_requests_total' }, 'metrics-empty', /No series of stable/],
  ['a label with other values', { 'side-label': { label: 'app', value: '{{digest}}' } }, 'metrics-empty', /others, such as/],
  ['an address where nobody is', { url: 'http://127.0.0.1:9' }, 'metrics-unavailable', /without success/],
])('%s is told in the plan, before anything is touched', async (_what, more, code, words) => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(20)
  await prometheus.knows(requestsOf(shop))
  const { exitCode, outputs } = await judgedBy(shop, prometheus, more).releases('v2', { ...judged, 'dry-run': 'true' })
  expect({ exitCode, ...outputs }).toMatchObject({
    exitCode: 1,
    outcome: 'error',
    'reason-code': code,
    reason: expect.stringMatching(words),
  })
})
