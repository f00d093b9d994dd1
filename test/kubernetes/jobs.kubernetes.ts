import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Job } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { testCluster } from './stage/cluster.ts'
import { ManifestShop } from './stage/manifest-shop.ts'

const cluster = testCluster()
let shop: ManifestShop
beforeEach(async () => {
  shop = await ManifestShop.make(cluster)
})
afterEach(() => shop.close())

const job = (): Promise<Job | undefined> => shop.namespace.get<Job>('batch/v1', 'jobs', 'migrate')
const imageOf = (found: Job | undefined): string | undefined => found?.spec?.template.spec?.containers[0]?.image
const isComplete = ({ status }: Job): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') === true

test('a Job of the manifests has run with the released image and configuration before the canary is there, and once for a release', async () => {
  await shop.serves('one')
  const platform = await shop.opened({ greeting: 'migrated', job: {} })
  const release = await shop.release(platform, 'two')
  expect(await shop.changes('two', { greeting: 'migrated', job: {} })).toEqual(
    expect.arrayContaining(['+ Job migrate', '    runs before the canary starts']),
  )
  await platform.target.prepare(release, shop.signal)
  const first = await job()
  expect({ complete: first && isComplete(first), image: imageOf(first) }).toEqual({ complete: true, image: cluster.image('two') })
  const canary = await shop.deployment('web-canary')
  expect(Date.parse(first?.status?.completionTime ?? '')).toBeLessThanOrEqual(Date.parse(canary?.metadata?.creationTimestamp ?? ''))
  expect(first?.spec?.template.spec?.containers[0]?.envFrom?.[0]?.configMapRef?.name).toMatch(/^settings-[0-9a-f]{10}$/)

  await platform.target.promote(shop.signal)
  await platform.target.prepare(release, shop.signal)
  expect((await job())?.metadata?.uid).toBe(first?.metadata?.uid)
  await platform.target.discard(shop.signal)

  const changes = await shop.changes('three', { job: { STEP: '2' } })
  expect(changes).toEqual(
    expect.arrayContaining([
      '~ Job migrate',
      '    is replaced, and runs before the canary starts',
      expect.stringMatching(/^ {4}spec\.template\.spec\.containers\[migrate\]\.image: /),
      '    spec.template.spec.containers[migrate].env[STEP]: added {"name":"STEP","value":"2"}',
    ]),
  )
  expect(await shop.findings('three', { job: { STEP: '2' } })).not.toContainEqual(expect.objectContaining({ severity: 'error' }))
  await shop.serves('three', { job: { STEP: '2' } })
  expect(imageOf(await job())).toBe(cluster.image('three'))
  await shop.serves('one', {})
  expect(await job()).toBeUndefined()
})

test('a Job that fails ends the release with its last lines; no canary was made', async () => {
  await shop.serves('one')
  const platform = await shop.opened({ job: { ADDR: 'nowhere' } })
  await expect(platform.target.prepare(await shop.release(platform, 'two'), shop.signal)).rejects.toMatchObject({
    code: 'job-failed',
    message: expect.stringMatching(/^Job migrate: it failed: BackoffLimitExceeded, .* The last lines of migrate-\w+:\n {4}.*nowhere/s),
  })
  expect(await shop.deployment('web-canary')).toBeUndefined()
  await platform.target.discard(shop.signal)
  expect(await shop.reads('web')).toBe('hello')

  const again = await shop.opened({ job: {} })
  await again.target.prepare(await shop.release(again, 'two'), shop.signal)
  expect((await shop.deployment('web-canary'))?.status?.readyReplicas).toBe(1)
})
