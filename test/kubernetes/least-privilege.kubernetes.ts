import { expect, test } from '@jest/globals'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import { neighbourKinds } from '../../packages/platforms/src/kubernetes/preflight/neighbours.ts'
import { covers, forEverybody, requestsOf, rulesOf, type Rule } from './stage/audit-log.ts'
import { testCluster } from './stage/cluster.ts'
import { limitedUser, publishedRole } from './stage/least-privilege.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()
const kindsOfOthers = neighbourKinds.map(({ plural }) => plural)

test('whole releases, good and bad, need nothing but the published role, and the role holds nothing that they do not need', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  const { kubeconfig, username } = await limitedUser(shop.namespace, shop.workspace)
  shop.kubeconfig = kubeconfig
  await shop.namespace.has(...companionSources(shop.namespace.name))
  const traffic = shop.underTraffic(100)
  const good = await shop.releases('two')
  const bad = await shop.releases('bad30')
  const crashed = await shop.releases('crash')
  await traffic.stop()

  expect({ ...good.outputs, log: good.log }).toMatchObject({ outcome: 'promoted' })
  expect({ ...bad.outputs, log: bad.log }).toMatchObject({ outcome: 'aborted', 'reason-code': 'canary-failing' })
  expect({ ...crashed.outputs, log: crashed.log }).toMatchObject({ 'reason-code': 'canary-not-ready' })
  const requests = await requestsOf(username)
  const rules = rulesOf(publishedRole(shop.namespace.name))
  const outside = requests.filter((request) => !forEverybody(request) && !rules.some((rule) => covers(rule, request)))
  expect(outside.map(({ verb, uri }) => `${verb} ${uri}`)).toEqual([])
  expect(requests.filter(({ status }) => status === 403)).toEqual([])
  const unused = rules.filter((rule) => !findsRoutes(rule) && !makesWorkloads(rule) && !requests.some((request) => covers(rule, request)))
  // There was no smoke suite, nobody was refused a pod, nobody reads Secrets, the route was named, and the cluster may lack the kinds of others.
  const notHere = new Set(['events', 'pods/portforward', 'secrets', ...kindsOfOthers])
  expect(unused.flatMap(({ resources }) => resources).filter((resource) => !notHere.has(resource))).toEqual([])
})

test('a user who lacks verbs of the role is told all of them at once, before anything is touched', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  const objects = publishedRole(shop.namespace.name).map(withoutWrites)
  const { kubeconfig, username } = await limitedUser(shop.namespace, shop.workspace, objects)
  shop.kubeconfig = kubeconfig
  const { exitCode, outputs, log } = await shop.releases('two')

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, 'reason-code': 'permission-missing' })
  expect(log).toContain('patch deployments.apps (web, web-canary)')
  expect(log).toContain('update, patch httproutes.gateway.networking.k8s.io (web)')
  const written = (await requestsOf(username)).filter(
    ({ verb, group }) => !['get', 'list'].includes(verb) && group !== 'authorization.k8s.io',
  )
  expect(written.filter(({ uri }) => !uri.includes('dryRun=All'))).toEqual([])
  expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
})

const findsRoutes = ({ verbs, resources }: Rule): boolean => verbs.join() === 'list' && resources.join() === 'httproutes'
/** A first release with manifests makes its workload; here it is there already. */
const makesWorkloads = ({ verbs, resources }: Rule): boolean => verbs.join() === 'create' && resources.join() === 'deployments'
const isWritten = ({ resources }: Rule): boolean => ['deployments', 'httproutes'].some((resource) => resources.includes(resource))

/** The role without its writes to Deployments and routes. */
const withoutWrites = (object: KubeObject): KubeObject => {
  if (object.kind !== 'Role') return object
  const rules = rulesOf([object]).map((rule) => (isWritten(rule) ? Object.assign({}, rule, { verbs: ['get', 'list'] }) : rule))
  return Object.assign({}, object, { rules })
}

/** A budget and a policy of stable's pods, so that the canary has companions, and an autoscaler that is kept from shrinking stable. */
const companionSources = (namespace: string) => {
  const selector = { matchLabels: { app: 'web' } }
  return [
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace }, spec: { selector, maxUnavailable: 1 } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'web', namespace },
      spec: { podSelector: selector, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 8080 }] }] },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 2 },
    },
  ]
}
