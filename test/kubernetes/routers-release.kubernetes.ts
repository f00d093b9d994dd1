import { expect, test } from '@jest/globals'
import type { Service } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { testCluster } from './stage/cluster.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()

test('a shop that names no router is released through the route that is found', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  shop.configured({ platform: { router: undefined as unknown as object } })
  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('two')
  const { lost, failed } = await traffic.stop()

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  expect(log).toContain('Router gateway-api: HTTPRoute web sends traffic to the Service web.')
  expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
})

test('without a router a release goes by counts of pods, and the Service is afterwards what it was', async () => {
  await using shop = await Shop.serving(cluster, 'one', { replicas: 3 })
  const before = await shop.namespace.get<Service>('v1', 'services', 'web')
  shop.configured({ platform: { router: 'replicas' as unknown as object } })
  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('two', { steps: '25, 50, 100' })
  const { lost, failed } = await traffic.stop()
  const after = await shop.namespace.get<Service>('v1', 'services', 'web')

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  expect(log).toContain('25 %: 1 of 4 ready pods are the canary')
  expect({ spec: after?.spec, annotations: after?.metadata?.annotations }).toEqual({
    spec: before?.spec,
    annotations: before?.metadata?.annotations,
  })
  expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
  expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
})

test('a bad release by counts of pods is sent back, and leaves nothing behind', async () => {
  await using shop = await Shop.serving(cluster, 'one', { replicas: 3 })
  shop.configured({ platform: { router: 'replicas' as unknown as object } })
  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('bad30', { steps: '25, 100' })
  const { lost } = await traffic.stop()

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-failing' })
  expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
  expect(lost).toBe(0)
})

test.each([25, 100])('a runner that dies at %d %% of counts leaves everybody an answer, and reconcile brings them home', async (weight) => {
  await using shop = await Shop.serving(cluster, 'one', { replicas: 3 })
  const before = await shop.namespace.get<Service>('v1', 'services', 'web')
  shop.configured({ platform: { router: 'replicas' as unknown as object } })
  const traffic = shop.underTraffic(100)
  const step = shop.startsRelease('two', { steps: `${weight}, 100`.replace('100, 100', '100'), 'bake-min': '10m', 'bake-max': '20m' })
  const served = (): number => shop.answers.slice(-50).filter(({ version }) => version === 'two').length
  await shop.eventually(() => Promise.resolve(served() >= weight / 4), `${weight} % of the answers are the canary's`, step)
  step.kill('SIGKILL')
  await step.ended
  const { exitCode, log } = await shop.reconciles('run-1')
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
  await shop.eventually(() => Promise.resolve(served() === 0), 'all answers are those of stable')
  const { lost, failed } = await traffic.stop()
  const after = await shop.namespace.get<Service>('v1', 'services', 'web')

  expect({ spec: after?.spec, annotations: after?.metadata?.annotations }).toEqual({
    spec: before?.spec,
    annotations: before?.metadata?.annotations,
  })
  expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
  expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
})

test('a weight that counts cannot give is refused before anything is touched', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  shop.configured({ platform: { router: 'replicas' as unknown as object } })
  const { exitCode, outputs, log } = await shop.releases('two', { steps: '5, 100' })
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, 'reason-code': 'weight-unreachable' })
  expect(log).toContain('Allowed here: 0, 33, 50, 100')
  expect(await shop.deployment('web-canary')).toBeUndefined()
})
