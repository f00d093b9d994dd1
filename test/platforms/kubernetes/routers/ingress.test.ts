import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { Ingress } from '../../../../packages/platforms/src/kubernetes/objects/models.ts'
import { openFound } from '../../../../packages/platforms/src/kubernetes/routers/auto/index.ts'
import type { Router } from '../../../../packages/platforms/src/kubernetes/routers/router.ts'
import { fakeCluster, type FakeCluster } from './on-fake.ts'
import { albWorld, backend, nginxIngress } from './worlds/ingress.ts'
import { contextIn, openIn, signal } from './worlds/world.ts'

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
const speaking = { ...silentLogger, warning: (line: string) => said.push(line), info: (line: string) => said.push(line) }
const nginx = (options: object = {}): Promise<Router> => openIn('nginx', options, contextIn(cluster, speaking))
const canary = (): Ingress => cluster.api.get('Ingress', 'shop-canary') as unknown as Ingress

test('the canary Ingress says the same places as the main one, and its backend alone is another', async () => {
  has(nginxIngress())
  const router = await nginx({ header: { name: 'x-canary', value: 'yes' } })
  await router.attach(signal)
  expect(canary().spec).toEqual({
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'shop.test',
        http: {
          paths: [
            { path: '/api', pathType: 'Prefix', backend: backend('shop-canary') },
            { path: '/cart', pathType: 'Exact', backend: backend('shop-canary', { name: 'http' }) },
          ],
        },
      },
    ],
  })
  expect(canary().metadata?.annotations).toEqual({
    'nginx.ingress.kubernetes.io/canary': 'true',
    'nginx.ingress.kubernetes.io/canary-weight': '0',
    'nginx.ingress.kubernetes.io/canary-weight-total': '100',
    'nginx.ingress.kubernetes.io/canary-by-header': 'x-canary',
    'nginx.ingress.kubernetes.io/canary-by-header-value': 'yes',
  })
})

test('whoever uses ingress-nginx is told that it is retired', async () => {
  has(nginxIngress())
  await nginx()
  expect(said.join()).toContain('retired in March 2026')
})

test('another canary of the same place is named before anything is made, because ingress-nginx takes one only', async () => {
  const other = nginxIngress('experiment', { 'nginx.ingress.kubernetes.io/canary': 'true' })
  has(nginxIngress(), other)
  const router = await nginx()
  await expect(router.attach(signal)).rejects.toMatchObject({
    code: 'foreign-writer',
    message: expect.stringMatching(/experiment is a canary of shop\.test\/api \(Prefix\)/),
  })
  expect(cluster.api.writes()).toEqual([])
})

test('a controller with a prefix of its own is told by that', async () => {
  has(nginxIngress())
  const router = await nginx({ 'annotation-prefix': 'edge.example.com' })
  await router.attach(signal)
  await router.setWeight(20, 0, signal)
  expect(canary().metadata?.annotations).toMatchObject({ 'edge.example.com/canary': 'true', 'edge.example.com/canary-weight': '20' })
})

test('an Ingress of another class is none of ingress-nginx', async () => {
  const other = nginxIngress() as Ingress
  has({ ...other, spec: { ...other.spec, ingressClassName: 'haproxy' } } as KubeObject)
  await expect(nginx()).rejects.toMatchObject({ code: 'route-missing', message: expect.stringContaining('found: none') })
})

test('somebody who removes the canary Ingress has sent everything to stable', async () => {
  has(nginxIngress())
  const router = await nginx()
  await router.attach(signal)
  await router.setWeight(20, 0, signal)
  cluster.api.remove('Ingress', 'shop-canary')
  await router.setWeight(0, undefined, signal)
  await router.detach(signal)
  expect(await router.weight(signal)).toBe(0)
})

test('the two routers of Ingresses are told apart', async () => {
  has(...albWorld.objects)
  expect((await openFound(contextIn(cluster, speaking), signal)).name).toBe('alb')
})

test('an Ingress of one and an action of the other before one Service are not guessed about', async () => {
  const alb = albWorld.objects.find(({ kind }) => kind === 'Ingress') as KubeObject
  has({ ...alb, metadata: { ...alb.metadata, name: 'cloud' } }, nginxIngress())
  await expect(openFound(contextIn(cluster, speaking), signal)).rejects.toMatchObject({
    code: 'router-unclear',
    message: expect.stringMatching(/Ingress cloud \(alb\); Ingress shop \(nginx\)/),
  })
})

test('what else is in the action of the load balancer stays, and so do the other actions', async () => {
  has(...albWorld.objects)
  const router = await openIn('alb', {}, contextIn(cluster))
  await router.attach(signal)
  await router.setWeight(25, 0, signal)
  const annotations = cluster.api.get('Ingress', 'shop')?.metadata.annotations ?? {}
  expect(JSON.parse(annotations['alb.ingress.kubernetes.io/actions.shop'] ?? '')).toEqual({
    type: 'forward',
    forwardConfig: {
      targetGroups: [
        { serviceName: 'shop', servicePort: '80', weight: 150 },
        { serviceName: 'shop-canary', servicePort: '80', weight: 50 },
        { targetGroupARN: 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/old/1', weight: 50 },
      ],
      targetGroupStickinessConfig: { enabled: true, durationSeconds: 200 },
    },
  })
  expect(annotations['alb.ingress.kubernetes.io/actions.to-tls']).toBe('{"type":"redirect","redirectConfig":{"port":"443"}}')
})
