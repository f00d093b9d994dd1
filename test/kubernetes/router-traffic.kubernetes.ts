import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { systemClock } from '@deploy-kit/core'
import { startTraffic, type Answer } from '../../packages/cli/src/rehearse/traffic.ts'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import type { Deployment } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import type { RouterName } from '../../packages/platforms/src/kubernetes/routers/index.ts'
import { deployment, replicasWorld } from '../platforms/kubernetes/routers/worlds/replicas.ts'
import { contextIn, openIn, service, signal } from '../platforms/kubernetes/routers/worlds/world.ts'
import { testCluster } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'
import { webDeployment, webGateway, webRoute, webService } from './stage/objects.ts'

const cluster = testCluster()
const perSecond = 200
/** Answers whose share is looked at. */
const window = 400

const twoWebs = (namespace: string): readonly KubeObject[] => [
  webDeployment({ namespace, name: 'shop', image: cluster.image('one'), replicas: 1 }),
  webDeployment({ namespace, name: 'shop-canary', image: cluster.image('two'), replicas: 1 }),
  webService(namespace, 'shop'),
  webService(namespace, 'shop-canary'),
]
const gateway = (namespace: string, host: string): readonly KubeObject[] => {
  const route = webRoute(namespace, host, 'shop') as KubeObject & { spec: object }
  const { className, port } = cluster.gateway
  return [webGateway(namespace, className, port), { ...route, spec: { ...route.spec, parentRefs: [{ name: 'web' }] } } as KubeObject]
}
const ingressRoute = (host: string, kind: string): KubeObject =>
  ({
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'shop' },
    spec: {
      entryPoints: ['web'],
      routes: [{ kind: 'Rule', match: `Host(\`${host}\`)`, services: [{ name: 'shop', kind, ...(kind === 'Service' && { port: 80 }) }] }],
    },
  }) as KubeObject
const traefikService = {
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'TraefikService',
  metadata: { name: 'shop' },
  spec: { weighted: { services: [{ name: 'shop', port: 80 }] } },
} as KubeObject

interface Story {
  readonly title: string
  readonly router: RouterName
  readonly weights: readonly number[]
  readonly objects: (namespace: string, host: string) => readonly KubeObject[]
}

const stories: readonly Story[] = [
  { title: 'an HTTPRoute', router: 'gateway-api', weights: [5, 25, 100], objects: (ns, host) => [...twoWebs(ns), ...gateway(ns, host)] },
  {
    title: 'an IngressRoute',
    router: 'traefik',
    weights: [5, 25, 100],
    objects: (ns, host) => [...twoWebs(ns), ingressRoute(host, 'Service')],
  },
  {
    title: 'a TraefikService',
    router: 'traefik',
    weights: [25, 100],
    objects: (ns, host) => [...twoWebs(ns), traefikService, ingressRoute(host, 'TraefikService')],
  },
  {
    title: 'counts of pods',
    router: 'replicas',
    weights: [25, 50, 100],
    objects: (ns, host) => {
      const [shop, , stable, canary] = replicasWorld(cluster.image('one')).objects
      if (shop === undefined || stable === undefined || canary === undefined) throw new Error('the world of counts has changed')
      const { spec } = canary as Deployment
      const labels = spec?.template.metadata?.labels ?? {}
      const web = deployment('shop-canary', 3, spec?.selector.matchLabels ?? {}, labels, cluster.image('two'))
      return [shop, service('shop-canary'), stable, web, ...gateway(ns, host)]
    },
  },
]

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await delay(50)
}
/** Percent of some answers that the canary gave. */
const canaryOf = (some: readonly Answer[]): number => (100 * some.filter(({ version }) => version === 'two').length) / some.length

test.each(stories)(
  'through $title requests are shared as the weight says, and none is lost',
  async ({ router: name, weights, objects }) => {
    await using namespace = await TestNamespace.make(cluster)
    const host = `${namespace.name}.test`
    await namespace.has(...objects(namespace.name, host))
    await until(async () => {
      const all = await namespace.list<Deployment>('apps/v1', 'deployments')
      return all.every(({ spec, status }) => (status?.readyReplicas ?? 0) === spec?.replicas)
    })

    const answers: Answer[] = []
    const headers = { host }
    const send = (): ReturnType<typeof startTraffic> =>
      startTraffic(`${cluster.gateway.url}/`, perSecond, {
        headers,
        versionHeader: 'x-version',
        onAnswer: (answer) => answers.push(answer),
      })
    // The gateway needs a moment to learn of a new route.
    const early = send()
    await until(() => answers.at(-1)?.status === 200)
    await early.stop()
    answers.length = 0

    const traffic = send()
    const router = await openIn(name, {}, contextIn({ client: cluster.client, namespace: namespace.name, clock: systemClock }))
    await router.attach(signal)
    await until(() => answers.length > perSecond)
    expect(canaryOf(answers)).toBe(0)

    let before = 0
    for (const weight of weights) {
      await router.setWeight(weight, before, signal)
      before = weight
      const from = answers.length
      // The gateway follows in its own time; then each window of answers has the share.
      await until(() => answers.length >= from + window && Math.abs(canaryOf(answers.slice(-window)) - weight) <= 1)
    }
    await router.setWeight(0, before, signal)
    const wentHome = Date.now()
    const from = answers.length
    await until(() => answers.length > from + perSecond && canaryOf(answers.slice(-perSecond)) === 0)
    const last = answers.findLast(({ version }) => version === 'two')
    await router.detach(signal)
    await delay(300)
    const { sent, lost, failed } = await traffic.stop()
    process.stdout.write(
      `${name}: last answer of the canary ${(last?.at ?? 0) - wentHome} ms after the way home; ${sent} requests, ${lost} lost\n`,
    )
    expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
  },
)
