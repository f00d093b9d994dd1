/** A kind of object as the API server addresses it. */
export interface Kind {
  /** `v1`, or `group/version`. */
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
}

/** The kinds that deploy-kit works with; further ones are discovered from the server. */
export const kinds = {
  configMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' },
  service: { apiVersion: 'v1', kind: 'Service', plural: 'services' },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods' },
  event: { apiVersion: 'v1', kind: 'Event', plural: 'events' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
  statefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' },
  controllerRevision: { apiVersion: 'apps/v1', kind: 'ControllerRevision', plural: 'controllerrevisions' },
  job: { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' },
  podDisruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  networkPolicy: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', plural: 'networkpolicies' },
  ingress: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', plural: 'ingresses' },
  resourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas' },
  endpointSlice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', plural: 'endpointslices' },
  autoscaler: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers' },
  httpRoute: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' },
  grpcRoute: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GRPCRoute', plural: 'grpcroutes' },
  virtualService: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', plural: 'virtualservices' },
  destinationRule: { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', plural: 'destinationrules' },
  traefikService: { apiVersion: 'traefik.io/v1alpha1', kind: 'TraefikService', plural: 'traefikservices' },
  ingressRoute: { apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute', plural: 'ingressroutes' },
  httpProxy: { apiVersion: 'projectcontour.io/v1', kind: 'HTTPProxy', plural: 'httpproxies' },
  trafficSplit: { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit', plural: 'trafficsplits' },
} as const satisfies Record<string, Kind>

/** Path of the objects of a kind in a namespace, or of one of them. */
export const pathOf = ({ apiVersion, plural }: Kind, namespace: string, name?: string): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const own = name === undefined ? '' : `/${encodeURIComponent(name)}`
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}${own}`
}

/** `deployments/shop in shop`, for messages. */
export const calledBy = (path: string): string => {
  const [, namespace, plural, name] = /\/namespaces\/([^/?]+)\/([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? []
  return plural === undefined ? path : `${plural}${name === undefined ? '' : `/${decodeURIComponent(name)}`} in ${namespace}`
}
