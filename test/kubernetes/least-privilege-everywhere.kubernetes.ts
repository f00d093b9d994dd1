import { resolve } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { supervise } from '@deploy-kit/core/process'
import { stringify } from 'yaml'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import { contourWorld } from '../platforms/kubernetes/routers/worlds/contour.ts'
import { gatewayApiWorld, grpcWorld, meshWorld } from '../platforms/kubernetes/routers/worlds/gateway-api.ts'
import { albWorld, nginxWorld } from '../platforms/kubernetes/routers/worlds/ingress.ts'
import { istioWorld } from '../platforms/kubernetes/routers/worlds/istio.ts'
import { ingressRouteWorld, traefikServiceWorld } from '../platforms/kubernetes/routers/worlds/traefik.ts'
import { service, type World } from '../platforms/kubernetes/routers/worlds/world.ts'
import { covers, forEverybody, uses, type Audited } from './stage/audit-log.ts'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { ConfinedShop, type PrintedRule, type Setting } from './stage/confined-shop.ts'
import { webAs, type WorkloadKind } from './stage/objects.ts'

const cluster = testCluster()

const workload =
  (kind: WorkloadKind = 'Deployment', version: VersionName = 'one') =>
  (namespace: string) =>
    webAs(kind, { namespace, name: 'shop', image: cluster.image(version), replicas: 2, env: { DRAIN: '0s' } })

/** A Deployment behind a router whose objects are there already; the canary's Service comes with the release. */
const behind = (world: World, router: unknown, others: Partial<Setting> = {}): Setting => ({
  kind: 'Deployment',
  objects: (namespace) => [
    ...world.objects.filter(({ kind, metadata }) => kind !== 'Service' || metadata?.name !== 'shop-canary'),
    workload()(namespace),
  ],
  platform: router === undefined ? {} : { router },
  plays: world.plays,
  ...others,
})

/** Nothing but a workload and its Service. */
const alone = (kind: WorkloadKind, platform: object, ...further: readonly KubeObject[]): Setting => ({
  kind,
  objects: (namespace) => [service('shop'), ...further, workload(kind)(namespace)],
  platform,
})

const gateway = gatewayApiWorld({}, cluster.gateway.className, cluster.gateway.port)
const selector = { matchLabels: { app: 'shop' } }
const metadata = { name: 'shop' }

/** What stands beside a workload in a well-kept namespace. */
const neighbours = [
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { selector, maxUnavailable: 1 } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: selector, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 8080 }] }] },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' }, minReplicas: 1, maxReplicas: 3 },
  },
] as unknown as readonly KubeObject[]

/** Pods without requests are refused. Those that run are not asked again. */
const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { 'requests.cpu': '1' } } } as KubeObject

const smoke = stringify({ name: 'shop', checks: [{ name: 'it answers', request: { path: '/' }, expect: { status: 200 } }] })

const withSecret: Setting = {
  ...alone('Deployment', { router: 'none' }),
  objects: (namespace) => {
    const deployment = structuredClone(workload()(namespace)) as { spec: { template: { spec: { containers: object[] } } } }
    Object.assign(deployment.spec.template.spec.containers[0] ?? {}, { envFrom: [{ secretRef: { name: 'shop' } }] })
    return [
      service('shop'),
      { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { KEY: '1' } } as KubeObject,
      deployment as KubeObject,
    ]
  },
}

const yaml = (objects: readonly object[]): string => objects.map((object) => stringify(object)).join('---\n')

const withManifests: Setting = {
  kind: 'Deployment',
  objects: () => [],
  platform: { manifests: 'app.yaml', router: 'auto' },
  files: (namespace) => ({
    'app.yaml': yaml([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { GREETING: 'hello' } },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: [] },
      service('shop'),
      workload()(namespace),
    ]),
  }),
}

const chart = resolve('test/fixtures/chart-web')

const withHelm: Setting = {
  kind: 'Deployment',
  objects: () => [],
  installs: ({ name }) => {
    const [repository = '', digest = ''] = cluster.image('one').split('@')
    const image = `image.repository=${repository},image.tag=one@${digest}`
    const argv = ['install', 'shop', chart, '--namespace', name, '--set', image, '--wait']
    return supervise('helm', argv, { deadlineMs: 60_000, env: { ...process.env, KUBECONFIG: cluster.kubeconfig } })
  },
  platform: { router: 'none', helm: { release: 'shop', chart, values: { repository: 'image.repository', tag: 'image.tag' } } },
}

interface Story {
  readonly setting: Setting
  /** Version and outcome of each release, in order, with inputs that differ. */
  readonly releases: readonly (readonly [VersionName, string, Readonly<Record<string, string>>?])[]
  /** What is changed before the last release. */
  readonly change?: (shop: ConfinedShop) => Promise<unknown> | void
}

const good: Story['releases'] = [['two', 'promoted']]
const inPlace = { strategy: 'rolling' }

const stories: Readonly<Record<string, Story>> = {
  'an HTTPRoute that is named, with a budget, a policy, an autoscaler and a smoke suite': {
    setting: behind(
      { ...gateway, objects: [...gateway.objects, ...neighbours] },
      { 'gateway-api': { route: 'shop' } },
      {
        environment: { smoke: 'smoke.yml' },
        files: () => ({ 'smoke.yml': smoke }),
      },
    ),
    releases: [
      ['two', 'promoted'],
      ['crash', 'aborted'],
    ],
  },
  'an HTTPRoute that has to be found': { setting: behind(gateway, 'gateway-api'), releases: good },
  'the router that is in use': { setting: behind(gateway, undefined), releases: good },
  'a GRPCRoute': {
    setting: behind(grpcWorld(cluster.gateway.className, cluster.gateway.port), { 'gateway-api': { route: 'shop', kind: 'GRPCRoute' } }),
    releases: good,
  },
  linkerd: { setting: behind(meshWorld, 'linkerd'), releases: good },
  istio: { setting: behind(istioWorld(), { istio: { route: 'main' } }), releases: good },
  'a TraefikService': { setting: behind(traefikServiceWorld, 'traefik'), releases: good },
  'an IngressRoute that is named': {
    setting: behind(ingressRouteWorld('confined.test'), { traefik: { name: 'shop', kind: 'IngressRoute' } }),
    releases: good,
  },
  contour: { setting: behind(contourWorld(), { contour: { proxy: 'shop' } }), releases: good },
  nginx: { setting: behind(nginxWorld(), { nginx: { ingress: 'shop' } }), releases: good },
  alb: { setting: behind(albWorld, 'alb'), releases: good },
  'counts of pods': {
    setting: alone('Deployment', { router: 'replicas' }),
    releases: [['two', 'promoted', { strategy: 'canary', steps: '50, 100' }]],
  },
  'a Deployment, in place': { setting: alone('Deployment', { router: 'none' }), releases: [['two', 'promoted', inPlace]] },
  'a StatefulSet': {
    setting: alone('StatefulSet', {}),
    releases: [
      ['two', 'promoted', inPlace],
      ['crash', 'aborted', inPlace],
    ],
  },
  'a DaemonSet': {
    setting: alone('DaemonSet', {}),
    releases: [
      ['two', 'promoted', inPlace],
      ['crash', 'aborted', inPlace],
    ],
  },
  'configuration in a Secret, and a release with another one that is taken back': {
    setting: withSecret,
    releases: [
      ['two', 'promoted', inPlace],
      ['crash', 'aborted', inPlace],
    ],
    change: ({ namespace }) =>
      cluster.client.patch(
        `/api/v1/namespaces/${namespace.name}/secrets/shop`,
        { stringData: { KEY: '2' } },
        { type: 'merge-patch', signal: new AbortController().signal },
      ),
  },
  'manifests, from the first release on, with fewer objects in the second': {
    setting: withManifests,
    releases: [
      ['one', 'promoted', inPlace],
      ['two', 'promoted', inPlace],
    ],
    change: (shop) => shop.writes('app.yaml', yaml([workload()(shop.namespace.name)])),
  },
  'a chart': { setting: withHelm, releases: [['two', 'promoted', inPlace]] },
  'a quota that has no room': {
    setting: {
      kind: 'Deployment',
      objects: (namespace) => [service('shop'), workload()(namespace)],
      afterwards: [quota],
      platform: { router: 'none', 'ready-within': '20s' },
    },
    releases: [['two', 'aborted', inPlace]],
  },
}

/** Verbs of rules that no story uses, by title, resource and verb, and why the role has them all the same. */
const unused: Readonly<Record<string, string>> = {
  'Only with a smoke suite. create pods/portforward': 'asked for by Kubernetes 1.35 and later',
  'Only with `helm`; besides it get, create, patch and delete on every kind that the chart holds. delete secrets':
    'Helm removes revisions beyond its --history-max, which are ten',
  'Only with `helm`; besides it get, create, patch and delete on every kind that the chart holds. delete configmaps':
    'Helm removes what a later version of the chart has no more; the chart here has one version',
  'Router `istio`. update destinationrules': 'brings a rule that a run which died has left up to date with that of stable',
  'Router `nginx`. update ingresses': 'brings an Ingress that a run which died has left up to date with the main one',
}

/** Each verb of each printed rule, and whether some story has used it. */
const used = new Map<string, boolean>()

const keysOf = ({ title, resources, verbs }: PrintedRule): readonly string[] =>
  resources.flatMap((resource) => verbs.map((verb) => `${title} ${verb} ${resource}`))

const note = (rules: readonly PrintedRule[], requests: readonly Audited[]): void => {
  for (const rule of rules)
    for (const verb of rule.verbs)
      for (const key of keysOf({ ...rule, verbs: [verb] }))
        used.set(key, used.get(key) === true || requests.some((request) => uses({ ...rule, verbs: [verb] }, request)))
}

const tell = async ({ setting, releases, change }: Story): Promise<void> => {
  await using shop = await ConfinedShop.of(cluster, setting)
  for (const [index, [version, outcome, inputs]] of releases.entries()) {
    if (index > 0 && index === releases.length - 1) await change?.(shop)
    const { outputs, log } = await shop.releases(version, inputs)
    if (outputs['outcome'] !== outcome) throw new Error(`the release of ${version} is not ${outcome}:\n${log}`)
    expect(log).not.toContain('permission-missing')
  }
  const requests = await shop.requests()
  const outside = requests.filter((request) => !forEverybody(request) && !shop.rules.some((rule) => covers(rule, request)))
  const refused = requests.filter(({ status }) => status === 403)
  note(shop.rules, requests)
  expect([...outside, ...refused].map(({ verb, uri, status }) => `${status} ${verb} ${uri}`)).toEqual([])
}

const names = Object.keys(stories)
const begun = new Map<string, Promise<void>>()
/** Begins a story, once; one that failed begins anew. */
const begins = async (name = ''): Promise<void> => {
  const [story, there] = [stories[name], begun.get(name)]
  if (story === undefined) return
  const telling = there ?? tell(story)
  begun.set(name, telling)
  await telling.catch((error: unknown) => {
    begun.delete(name)
    throw error
  })
}

describe('a release under nothing but the role that is printed for it', () => {
  // Most of a story is waiting, so the next one begins beside it.
  test.each(names)('%s', async (name) => {
    begins(names[names.indexOf(name) + 1]).catch(() => undefined)
    await begins(name)
  })
  afterAll(() => Promise.allSettled(begun.values()))
})

test('no verb of the role is dead weight', () => {
  const idle = [...used].flatMap(([key, isUsed]) => (isUsed ? [] : [key]))
  expect(idle.filter((key) => unused[key] === undefined)).toEqual([])
  expect(Object.keys(unused).filter((key) => used.get(key) !== false)).toEqual([])
})
