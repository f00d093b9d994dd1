import type { KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import { ours, selects } from '../../../../../packages/platforms/src/kubernetes/objects/labels.ts'
import type { Deployment, Pod, Service } from '../../../../../packages/platforms/src/kubernetes/objects/models.ts'
import type { ApiObject, FakeKubeApi } from '../../../../fakes/kube-api/index.ts'
import { pathIn, service, signal, type Place, type World } from './world.ts'

const serviceKind = { apiVersion: 'v1', kind: 'Service' } as const
const podKind = { apiVersion: 'v1', kind: 'Pod' } as const
const deploymentKind = { apiVersion: 'apps/v1', kind: 'Deployment' } as const

export const stableReplicas = 3
const canarySelector = { [ours.app]: 'shop', [ours.track]: 'canary', [`${ours.track}-of`]: 'shop' }

export const deployment = (name: string, replicas: number, selector: object, labels: object, image: string): KubeObject =>
  ({
    ...deploymentKind,
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              name: 'web',
              image,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  }) as unknown as KubeObject

/** What makes pods of Deployments, and endpoints of Services. Pods are ready at once. */
const clusterControllers = (api: FakeKubeApi): void => {
  const scaled = ({ metadata, spec }: ApiObject): void => {
    const { replicas = 1, selector, template } = spec as NonNullable<Deployment['spec']>
    const pods = api
      .all('Pod')
      .filter((pod) => selects(selector, pod.metadata.labels ?? {}) && pod.metadata.name.startsWith(`${metadata.name}-pod-`))
    for (const pod of pods.slice(replicas)) api.remove('Pod', pod.metadata.name)
    for (let missing = pods.length; missing < replicas; missing += 1)
      api.put({
        ...podKind,
        metadata: { name: `${metadata.name}-pod-${missing}`, namespace: metadata.namespace, labels: template.metadata?.labels },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      })
  }
  const endpoints = (): void => {
    for (const { metadata, spec } of api.all('Service')) {
      const { selector = {} } = spec as NonNullable<Service['spec']>
      const pods = api.all('Pod').filter((pod) => selects({ matchLabels: selector }, pod.metadata.labels ?? {}))
      api.put({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: metadata.name, namespace: metadata.namespace, labels: { 'kubernetes.io/service-name': metadata.name } },
        endpoints: pods.map((pod) => ({ conditions: { ready: true }, targetRef: { kind: 'Pod', name: pod.metadata.name } })),
      })
    }
  }
  api.onWrite = (object) => {
    if (object.kind === 'Deployment') scaled(object)
    endpoints()
  }
}

const canaryPods = async (place: Place): Promise<readonly Pod[]> => {
  const query = { labelSelector: `${ours.track}=canary` }
  const { items } = await place.client.list<Pod>(`/api/v1/namespaces/${place.namespace}/pods`, { signal, query })
  return items.filter(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined &&
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
  )
}

export const replicasWorld = (image = 'shop'): World => ({
  router: 'replicas',
  options: {},
  objects: [
    service('shop'),
    service('shop-canary', canarySelector),
    deployment('shop', stableReplicas, { app: 'shop' }, { app: 'shop' }, image),
    deployment('shop-canary', stableReplicas, canarySelector, { app: 'shop-canary', ...canarySelector }, image),
  ],
  touched: [[serviceKind, 'shop']],
  controllers: clusterControllers,
  // Two of five pods are 40 %.
  interfere: async (place) => {
    const outside = (await canaryPods(place)).find(({ metadata }) => metadata?.labels?.['app'] !== 'shop')
    const path = pathIn(place, podKind, outside?.metadata?.name ?? '')
    await place.client.patch(path, { metadata: { labels: { app: 'shop' } } }, { type: 'merge-patch', signal })
  },
  ready: async (place, router, percent) => {
    const replicas = router.replicasFor?.(percent, stableReplicas) ?? 0
    const path = pathIn(place, deploymentKind, 'shop-canary')
    const now = await place.client.get<Deployment>(path, { signal })
    if ((now?.spec?.replicas ?? 0) < replicas) await place.client.patch(path, { spec: { replicas } }, { type: 'merge-patch', signal })
    const isReady = async (): Promise<boolean> => (await canaryPods(place)).length >= replicas
    while (!(await isReady())) await place.clock.sleep(100, signal)
  },
})
