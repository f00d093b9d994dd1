import { expect, test } from '@jest/globals'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { nearest } from '../../../../packages/platforms/src/kubernetes/routers/nearest.ts'
import { podsFor, reachable, refuseUnreachable, shareOf } from '../../../../packages/platforms/src/kubernetes/routers/replicas/counts.ts'
import { fakeCluster } from './on-fake.ts'
import { replicasWorld, stableReplicas } from './worlds/replicas.ts'
import { contextIn, openIn, signal, worldIn } from './worlds/world.ts'

test.each([
  [1, [0, 50, 100]],
  [2, [0, 33, 50, 100]],
  [3, [0, 25, 40, 50, 100]],
  [5, [0, 17, 29, 38, 44, 50, 100]],
])('beside %d pods of stable these weights can be had', (stable, weights) => {
  expect(reachable(stable)).toEqual(weights)
})

test('for every weight the pods are those whose share is the nearest', () => {
  for (let stable = 1; stable <= 12; stable += 1)
    for (let weight = 1; weight < 100; weight += 1) {
      const off = (pods: number): number => Math.abs(shareOf(pods, stable) - weight)
      const best = Math.min(...Array.from({ length: stable }, (_, index) => off(index + 1)))
      // Near the middle between two counts either will do.
      expect(off(podsFor(weight, stable)) - best).toBeLessThan(3)
      expect(podsFor(weight, stable)).toBeLessThanOrEqual(stable)
    }
  expect(podsFor(100, 3)).toBe(3)
})

test.each([
  [10, 10, 9],
  [25, 3, 25],
  [5, 20, 5],
  [5, 3, undefined],
  [75, 3, undefined],
  [100, 3, 100],
  [0, 3, 0],
])('%d %% beside %d pods is taken as %s', (weight, stable, expected) => {
  expect(nearest(weight, reachable(stable))).toBe(expected)
})

test('what cannot be had is refused with the nearest weight, those that can, and the way out', () => {
  let refusal: unknown
  try {
    refuseUnreachable(5, 3)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toMatchObject({
    code: 'weight-unreachable',
    message: '5 % of traffic cannot be sent beside 3 replicas without a router: the nearest is 25 %.',
    remedy: 'Allowed here: 0, 25, 40, 50, 100 - or name a router, such as `router: gateway-api`.',
  })
})

const opened = async () => {
  const cluster = await fakeCluster()
  const world = replicasWorld()
  world.controllers?.(cluster.api)
  const under = await worldIn(world, { ...cluster, clock: new ManualClock() }, () => cluster.api.close())
  const router = await openIn('replicas', {}, contextIn(cluster))
  const inService = (): readonly string[] =>
    cluster.api
      .all('Pod')
      .filter(({ metadata }) => metadata.labels?.['app'] === 'shop')
      .map(({ metadata }) => metadata.name)
  return { cluster, under, router, inService }
}

test('at 0 % no Service of stable selects a pod of the canary, and none is ended for it', async () => {
  const { cluster, under, router, inService } = await opened()
  await router.attach(signal)
  await router.setWeight(0, undefined, signal)
  expect(inService()).toHaveLength(stableReplicas)
  expect(cluster.api.all('Pod')).toHaveLength(2 * stableReplicas)
  await under.close()
})

test('a pod that dies leaves the weight what was meant, and is filled up at the next step', async () => {
  const { cluster, under, router, inService } = await opened()
  await router.setWeight(50, 0, signal)
  cluster.api.remove('Pod', inService().at(-1) ?? '')
  expect(await router.weight(signal)).toBe(50)
  // Its controller makes another, which nobody selects.
  const path = '/apis/apps/v1/namespaces/shop/deployments/shop-canary'
  await cluster.client.patch(path, { metadata: { labels: { again: 'yes' } } }, { type: 'merge-patch', signal })
  expect(inService()).toHaveLength(2 * stableReplicas - 1)
  await router.setWeight(50, 50, signal)
  expect(inService()).toHaveLength(2 * stableReplicas)
  await under.close()
})

test('at 100 % the Service selects the canary alone, and keeps what it selected', async () => {
  const { cluster, under, router, inService } = await opened()
  await router.setWeight(25, 0, signal)
  await router.setWeight(100, 25, signal)
  const service = cluster.api.get('Service', 'shop')
  expect(service?.['spec']).toMatchObject({ selector: { 'deploy-kit.io/track': 'canary' } })
  expect(service?.metadata.annotations).toEqual({ 'deploy-kit.io/selector': '{"app":"shop"}' })
  // Ready for the way home: none of the canary's pods would be selected by stable's selector.
  expect(inService()).toHaveLength(stableReplicas)
  await router.setWeight(0, undefined, signal)
  expect(cluster.api.get('Service', 'shop')).toMatchObject({ spec: { selector: { app: 'shop' } } })
  expect(cluster.api.get('Service', 'shop')?.metadata.annotations ?? {}).toEqual({})
  await under.close()
})
