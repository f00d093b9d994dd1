import type { LabelSelector } from '../objects/labels.ts'
import type { KubeObject } from '../api/index.ts'

/** A kind of somebody else's that may stand in the way of a release, or see stable and not the canary. */
export interface NeighbourKind {
  readonly group: string
  readonly kind: string
  readonly plural: string
  /** What it is to a release: another controller of rollouts, a scaler, or something that selects by labels. */
  readonly role: 'rollout' | 'scaler' | 'selector'
  /** What a selector selects by labels. */
  readonly selects?: 'pods' | 'services'
  /** Whether a canary that it does not select is less protected than stable, not only less observed. */
  readonly protects?: boolean
  readonly selector?: (object: KubeObject) => LabelSelector | undefined
}

const spec = (object: KubeObject): Readonly<Record<string, unknown>> => (object as { spec?: Record<string, unknown> }).spec ?? {}
const selectorAt =
  (key: string) =>
  (object: KubeObject): LabelSelector | undefined =>
    spec(object)[key] as LabelSelector | undefined
/** Istio's older form: `workloadSelector: { labels }`. */
const workloadSelector = (object: KubeObject): LabelSelector | undefined => {
  const labels = (spec(object)['workloadSelector'] as { readonly labels?: Readonly<Record<string, string>> } | undefined)?.labels
  return labels && { matchLabels: labels }
}

const pods = { role: 'selector', selects: 'pods' } as const

/** Which groups are looked for. One that the cluster does not have costs nothing: its groups are read with one request. */
export const neighbourKinds: readonly NeighbourKind[] = [
  { group: 'argoproj.io', kind: 'Rollout', plural: 'rollouts', role: 'rollout' },
  { group: 'flagger.app', kind: 'Canary', plural: 'canaries', role: 'rollout' },
  { group: 'rollouts.kruise.io', kind: 'Rollout', plural: 'rollouts', role: 'rollout' },
  { group: 'keda.sh', kind: 'ScaledObject', plural: 'scaledobjects', role: 'scaler' },
  { group: 'monitoring.coreos.com', kind: 'PodMonitor', plural: 'podmonitors', ...pods, selector: selectorAt('selector') },
  {
    group: 'monitoring.coreos.com',
    kind: 'ServiceMonitor',
    plural: 'servicemonitors',
    role: 'selector',
    selects: 'services',
    selector: selectorAt('selector'),
  },
  {
    group: 'security.istio.io',
    kind: 'PeerAuthentication',
    plural: 'peerauthentications',
    ...pods,
    protects: true,
    selector: selectorAt('selector'),
  },
  {
    group: 'security.istio.io',
    kind: 'AuthorizationPolicy',
    plural: 'authorizationpolicies',
    ...pods,
    protects: true,
    selector: selectorAt('selector'),
  },
  {
    group: 'security.istio.io',
    kind: 'RequestAuthentication',
    plural: 'requestauthentications',
    ...pods,
    protects: true,
    selector: selectorAt('selector'),
  },
  { group: 'networking.istio.io', kind: 'Sidecar', plural: 'sidecars', ...pods, selector: workloadSelector },
  { group: 'networking.istio.io', kind: 'EnvoyFilter', plural: 'envoyfilters', ...pods, selector: workloadSelector },
  { group: 'telemetry.istio.io', kind: 'Telemetry', plural: 'telemetries', ...pods, selector: selectorAt('selector') },
  { group: 'policy.linkerd.io', kind: 'Server', plural: 'servers', ...pods, protects: true, selector: selectorAt('podSelector') },
  {
    group: 'cilium.io',
    kind: 'CiliumNetworkPolicy',
    plural: 'ciliumnetworkpolicies',
    ...pods,
    protects: true,
    selector: selectorAt('endpointSelector'),
  },
]
