import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { Deployment } from '../../../packages/platforms/src/kubernetes/objects/models.ts'

export interface WebOptions {
  readonly namespace: string
  readonly name?: string
  readonly image: string
  readonly replicas?: number
  readonly env?: Readonly<Record<string, string>>
  /** Labels of the nodes that the pods are for. */
  readonly nodes?: Readonly<Record<string, string>>
}

/** The sample workload as its owners would have written it, before anybody heard of deploy-kit. */
export const webDeployment = ({ namespace, name = 'web', image, replicas = 2, env = {}, nodes }: WebOptions): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 15,
          ...(nodes !== undefined && { nodeSelector: nodes, tolerations: [{ operator: 'Exists' }] }),
          containers: [
            {
              name: 'web',
              image,
              imagePullPolicy: 'IfNotPresent',
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  }) as KubeObject

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet'

/** The sample workload as one of another kind, as its owners would have written it. */
export const webAs = (kind: WorkloadKind, options: WebOptions): KubeObject => {
  const { spec, ...object } = webDeployment(options) as KubeObject & { readonly spec: Readonly<Record<string, unknown>> }
  const { replicas, ...others } = spec
  // Where there is one node, its only pod is replaced by one that is ready already.
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  const own = { Deployment: { replicas }, StatefulSet: { replicas, serviceName: options.name ?? 'web' }, DaemonSet: { updateStrategy } }[
    kind
  ]
  return { ...object, kind, spec: { ...others, ...own } } as KubeObject
}

export const webService = (namespace: string, name = 'web'): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { app: name } },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  }) as KubeObject

export const webGateway = (namespace: string, className: string, port: number): KubeObject =>
  ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'web', namespace },
    spec: { gatewayClassName: className, listeners: [{ name: 'http', protocol: 'HTTP', port }] },
  }) as KubeObject

/** A route with nothing but the Service; `host` tells it from those of other tests at the same gateway. */
export const webRoute = (namespace: string, host: string, name = 'web'): KubeObject =>
  ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace },
    spec: { parentRefs: [{ name: 'web' }], hostnames: [host], rules: [{ backendRefs: [{ name, port: 80 }] }] },
  }) as KubeObject

/**
 * A Job that runs the sample program. It never becomes ready, so its liveness probe asks the kubelet to end it, and it ends well: with status 0.
 * With an address that it cannot listen at it fails.
 */
export const migrationJob = (image: string, env: Readonly<Record<string, string>>): KubeObject =>
  ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'migrate',
              image,
              imagePullPolicy: 'IfNotPresent',
              env: Object.entries({ READY_AFTER: 'never', DRAIN: '0s', ...env }).map(([name, value]) => ({ name, value })),
              envFrom: [{ configMapRef: { name: 'settings' } }],
              livenessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
            },
          ],
        },
      },
    },
  }) as KubeObject

/** Whether all pods of a workload are ready, and there are some. */
export const isWhole = (workload: Deployment | undefined): boolean => {
  // A DaemonSet counts nodes.
  const {
    readyReplicas,
    numberReady = readyReplicas,
    desiredNumberScheduled = workload?.spec?.replicas,
  } = (workload?.status ?? {}) as {
    readonly readyReplicas?: number
    readonly numberReady?: number
    readonly desiredNumberScheduled?: number
  }
  return numberReady !== undefined && numberReady > 0 && numberReady === desiredNumberScheduled
}
