import { KitError } from '@deploy-kit/core'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { TestCluster } from './cluster.ts'
import type { TestNamespace } from './namespace.ts'

const signal = new AbortController().signal
const group = 'external.metrics.k8s.io'
const plural = 'shoploads'

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests of autoscalers' } },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural, singular: 'shopload', kind: 'ExternalMetricValue', listKind: 'ExternalMetricValueList' },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
} as KubeObject

/**
 * A metric by which the autoscalers of the cluster really scale, without a metrics server: the answers of the external metrics API are lists of
 * objects, so a definition of that kind serves them. @throws Error where the cluster has an external metrics API already
 */
export const defineLoadMetric = async ({ client }: TestCluster): Promise<void> => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const service = await client.get(`/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.${group}`, { signal })
  if ((service as { readonly spec?: { readonly service?: unknown } } | undefined)?.spec?.service != null)
    throw new Error(`The cluster serves ${group} already; these tests need one that does not.`)
  await client.create(path, definition, { signal }).catch((error: unknown) => {
    if (!(error instanceof KitError) || error.code !== 'cluster-conflict') throw error
  })
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await client.get<Definition>(`${path}/${plural}.${group}`, { signal })
    if (found?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The cluster does not serve ${group} after 10 s.`)
}

/** What the load of the shop in a namespace is from now on. */
export const setLoad = async ({ name, cluster: { client } }: TestNamespace, value: number): Promise<void> => {
  const path = `/apis/${group}/v1beta1/namespaces/${name}/${plural}`
  const object = {
    apiVersion: `${group}/v1beta1`,
    kind: 'ExternalMetricValue',
    metadata: { name: 'shop' },
    metricName: plural,
    metricLabels: {},
    timestamp: new Date().toISOString(),
    value: String(value),
  }
  const there = await client.get(`${path}/shop`, { signal })
  if (there === undefined) await client.create(path, object, { signal })
  else await client.patch(`${path}/shop`, object, { type: 'merge-patch', signal })
}

/** Ten of the load for each replica, and no patience on the way down. */
export const autoscaler = (namespace: string, spec: object = {}): KubeObject =>
  ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [{ type: 'External', external: { metric: { name: plural }, target: { type: 'AverageValue', averageValue: '10' } } }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      ...spec,
    },
  }) as KubeObject
