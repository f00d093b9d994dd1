import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import { openFound } from '../../../../packages/platforms/src/kubernetes/routers/auto/index.ts'
import type { Router } from '../../../../packages/platforms/src/kubernetes/routers/router.ts'
import { fakeCluster, type FakeCluster } from './on-fake.ts'
import { shopRoute } from './worlds/gateway-api.ts'
import { contextIn, signal } from './worlds/world.ts'

let cluster: FakeCluster
let said: string[]
beforeEach(async () => {
  cluster = await fakeCluster()
  said = []
})
afterEach(() => cluster.api.close())

const has = (...objects: readonly KubeObject[]): void => {
  for (const object of objects) cluster.api.put({ ...object, metadata: { ...object.metadata, namespace: 'shop' } })
}
const found = (): Promise<Router> => openFound(contextIn(cluster, { ...silentLogger, info: (line) => said.push(line) }), signal)

test('the route that sends traffic to the Service is found, and named as the reason', async () => {
  has(shopRoute(), shopRoute('another'))
  expect((await found()).name).toBe('gateway-api')
  expect(said).toEqual(['Router gateway-api: HTTPRoute shop, HTTPRoute another sends traffic to the Service shop.'])
})

test('where nothing shares the traffic a canary can be prepared, and a share is refused with the way out', async () => {
  const router = await found()
  await router.attach(signal)
  expect(await router.weight(signal)).toBe(0)
  await router.setWeight(0, undefined, signal)
  await expect(router.setWeight(10, 0, signal)).rejects.toMatchObject({
    code: 'plan-impossible',
    remedy: expect.stringContaining('router: replicas'),
  })
  expect(said).toEqual(['Router none: nothing was found that shares the traffic of the Service shop.'])
})

test('what may not be looked at is named, rather than taken for absent', async () => {
  cluster.api.intercept = (_method, path) =>
    path.includes('gateway.networking') ? { status: 403, reason: 'Forbidden', message: 'cannot list' } : undefined
  expect((await found()).name).toBe('none')
  expect(said[0]).toContain('nobody here may list gateway.networking.k8s.io')
})

test('a TrafficSplit is recognised and refused with a pointer', async () => {
  has({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { name: 'shop' },
    spec: { service: 'shop', backends: [{ service: 'shop', weight: 100 }] },
  } as KubeObject)
  await expect(found()).rejects.toMatchObject({ code: 'router-retired', remedy: expect.stringContaining('linkerd') })
})
