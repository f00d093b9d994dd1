import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import { systemClock } from '@deploy-kit/core'
import { sourceOptions, sources } from '@deploy-kit/metrics'
import { sourceContext } from '../fakes/source-context.ts'
import { Prometheus } from './prometheus-process.ts'

const { signal } = new AbortController()
const startedAt = Date.now()
const perSecond = 40

const line = (pod: string, code: string, count: number): string =>
  `shop_requests_total{version="1.0.0",pod="${pod}",code="${code}"} ${count}\n`

/** Two pods of stable with half of the requests each; one request in ten of the second fails. */
const server = createServer((_request, response) => {
  const requests = Math.floor(((Date.now() - startedAt) / 1_000) * (perSecond / 2))
  const failed = Math.floor(requests / 10)
  response
    .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    .end(line('a', '200', requests) + line('b', '200', requests - failed) + line('b', '500', failed))
})
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve)
})
const prometheus = await Prometheus.scraping(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
afterAll(async () => {
  await prometheus.stop()
  server.close()
})

test('what stable did before is told by one range query, by pod', async () => {
  await prometheus.knows('shop_requests_total')
  // Two intervals of a quarter of a minute at least.
  await delay(50_000)
  const { open } = await sources.prometheus()
  const { ratio } = await sourceOptions.prometheus()
  const written = { url: prometheus.url, total: 'shop_requests_total', failed: 'code=~"5.."', 'side-label': 'version', lag: '200ms' }
  const recent = await open(ratio.parse(written), sourceContext('ratio', { clock: systemClock })).recent?.(signal)
  const { requests = 0, failures = 0, ms = 0, halves = [] } = recent ?? {}
  expect(ms).toBeGreaterThanOrEqual(30_000)
  expect(requests / (ms / 1_000) / perSecond).toBeGreaterThan(0.8)
  expect(requests / (ms / 1_000) / perSecond).toBeLessThan(1.2)
  expect(failures / requests).toBeCloseTo(0.05, 2)
  expect(halves).toHaveLength(ms / 15_000)
  for (const [first, second] of halves) expect([first.failures, second.failures > 0]).toEqual([0, true])
})
