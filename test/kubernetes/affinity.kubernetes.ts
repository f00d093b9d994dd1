import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { systemClock } from '@deploy-kit/core'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import type { Deployment } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { contextIn, openIn, signal } from '../platforms/kubernetes/routers/worlds/world.ts'
import { testCluster } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'
import { webDeployment, webService } from './stage/objects.ts'

const cluster = testCluster()

/** One request of a user through the gateway, with the cookie that it has. */
const visit = async (
  host: string,
  cookie: string | undefined,
): Promise<{ readonly version: string; readonly cookie: string | undefined }> => {
  const call = request(cluster.gateway.url, { headers: { host, ...(cookie !== undefined && { cookie }) }, agent: false })
  call.end()
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  answer.resume()
  const [given] = answer.headers['set-cookie'] ?? []
  return { version: String(answer.headers['x-version']), cookie: given?.split(';', 1)[0] ?? cookie }
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 60_000; !(await holds()); await delay(50))
    if (Date.now() > deadline) throw new Error('it did not come to that within 60 s')
}

test('whom a TraefikService has bound to the canary stays there while it has a weight, and goes home with it', async () => {
  await using namespace = await TestNamespace.make(cluster)
  const host = `${namespace.name}.test`
  const apiVersion = 'traefik.io/v1alpha1'
  const weighted = { sticky: { cookie: { name: 'side' } }, services: [{ name: 'shop', port: 80 }] }
  const routes = [{ kind: 'Rule', match: `Host(\`${host}\`)`, services: [{ name: 'shop', kind: 'TraefikService' }] }]
  await namespace.has(
    webDeployment({ namespace: namespace.name, name: 'shop', image: cluster.image('one'), replicas: 1 }),
    webDeployment({ namespace: namespace.name, name: 'shop-canary', image: cluster.image('two'), replicas: 1 }),
    webService(namespace.name, 'shop'),
    webService(namespace.name, 'shop-canary'),
    { apiVersion, kind: 'TraefikService', metadata: { name: 'shop' }, spec: { weighted } } as KubeObject,
    { apiVersion, kind: 'IngressRoute', metadata: { name: 'shop' }, spec: { entryPoints: ['web'], routes } } as KubeObject,
  )
  await until(async () => {
    const all = await namespace.list<Deployment>('apps/v1', 'deployments')
    return all.every(({ status }) => status?.readyReplicas === 1)
  })
  const place = { client: cluster.client, namespace: namespace.name, clock: systemClock }
  const router = await openIn('traefik', { kind: 'TraefikService', name: 'shop' }, contextIn(place))
  await router.attach(signal)
  await router.setWeight(50, 0, signal)

  let bound = await visit(host, undefined)
  await until(async () => {
    bound = await visit(host, undefined)
    return bound.version === 'two'
  })
  const seen = new Set<string>()
  for (let visits = 0; visits < 20; visits += 1) seen.add((await visit(host, bound.cookie)).version)
  expect(seen).toEqual(new Set(['two']))

  await router.setWeight(0, 50, signal)
  await until(async () => (await visit(host, bound.cookie)).version === 'one')
  for (let visits = 0; visits < 20; visits += 1) expect((await visit(host, bound.cookie)).version).toBe('one')
  await router.detach(signal)
})
