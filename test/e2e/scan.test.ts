import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import { cacheService } from '../fakes/cache-service.ts'
import { setStage } from './stage/stage.ts'
import { trivyThatReports } from './stage/trivy.ts'

jest.setTimeout(60_000)
const stage = await setStage()
afterAll(() => stage.strike())

test.concurrent('a database is kept in the cache of GitHub from one job to the next, under the time that it was built at', async () => {
  await using shop = stage.shop()
  await using cache = await cacheService()
  const inputs = {
    image: await stage.layout('v2'),
    trivy: trivyThatReports(shop, 'clean'),
    'cache-directory': join(shop.workspace, 'cache'),
  }
  const scans = () => shop.runs('scan-trivy', inputs, { env: cache.environment })
  expect((await scans()).outputs).toMatchObject({ verdict: 'pass', 'database-source': 'mirror.gcr.io/aquasec/trivy-db:2' })
  expect(cache.keys()).toEqual([expect.stringMatching(/^deploy-kit-trivy-db-2-\d{8}T\d{9}Z$/)])
  // Another job: its machine has nothing.
  rmSync(inputs['cache-directory'], { recursive: true })
  expect((await scans()).outputs).toMatchObject({ verdict: 'pass', 'database-source': 'store' })
  expect(cache.keys()).toHaveLength(1)
})

test.concurrent('a release that needs a scan takes the digest that passed one, and nothing else', async () => {
  await using shop = stage.shop()
  expect(await shop.releases('v1', { 'scan-max-age': '24h' })).toMatchObject({
    exitCode: 1,
    outputs: { 'reason-code': 'scan-record-missing' },
  })
  const run = `${shop.environment}-scanned`
  const image = await stage.layout('v1')
  const { outputs } = await shop.runs(
    'scan-trivy',
    { image, digest: await shop.digest('v1'), trivy: trivyThatReports(shop, 'clean') },
    { run },
  )
  const record = outputs['predicate'] ?? ''
  const asked = { 'scan-record': record, 'scan-max-age': '24h' }
  expect(await shop.releases('v2', asked)).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'scan-of-another-digest' } })
  expect(await shop.releases('v1', asked)).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } })

  // As a configuration asks for it, from everybody.
  shop.configured({ scan: { 'max-age': '24h' } })
  const { environment: _environment, app: _app, platform: _platform, edge: _edge, ...release } = await shop.releaseInputs('v2')
  expect(await shop.runs('deploy-canary', release)).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'scan-record-missing' } })
  const failed = JSON.parse(readFileSync(record, 'utf8')) as { deployKit: object }
  shop.has(
    'failed.json',
    JSON.stringify({ ...failed, deployKit: { ...failed.deployKit, digests: [await shop.digest('v2')], verdict: 'fail' } }),
  )
  expect(await shop.runs('deploy-canary', { ...release, 'scan-record': 'failed.json' })).toMatchObject({
    exitCode: 1,
    outputs: { 'reason-code': 'scan-not-passed' },
  })
})
