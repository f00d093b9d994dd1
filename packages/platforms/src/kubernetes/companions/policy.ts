import { selects, type Labels, type LabelSelector } from '../objects/labels.ts'
import type { KubeObject } from '../api/index.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import type { NetworkPolicy } from '../objects/models.ts'
import type { Sides } from './sides.ts'

interface Peer {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
}

/** Rules as the server sends them (the model of the official client calls `from` by another name); what stands beside the peers is kept as it is. */
interface PolicySpec {
  readonly podSelector: LabelSelector
  readonly policyTypes?: readonly string[]
  readonly ingress?: readonly { readonly from?: readonly Peer[] }[]
  readonly egress?: readonly { readonly to?: readonly Peer[] }[]
}

interface Policy extends KubeObject {
  readonly spec: PolicySpec
}

/**
 * One policy for the canary with the rules of all that select stable's pods and not the canary's; undefined when none does. What
 * policies allow adds up, and a pod is closed in a direction as soon as one policy names it (networking.k8s.io/v1), so one policy with
 * all rules and all directions is the same as the several. Peers that are stable's own pods may be the canary's too.
 */
export const policyFor = ({ stable, canary: { deployment }, policies }: Sides): Policy | undefined => {
  const labels = stable.spec?.template.metadata?.labels ?? {}
  const own = deployment.spec?.template.metadata?.labels ?? {}
  const selector = deployment.spec?.selector ?? {}
  const applied = policies.map(specOf).filter(({ podSelector }) => selects(podSelector, labels) && !selects(podSelector, own))
  if (applied.length === 0) return undefined
  const withCanary = (peers: readonly Peer[]): readonly Peer[] => [
    ...peers,
    ...peers.flatMap((peer) => canaryPeer(peer, labels, own, selector)),
  ]
  const types = new Set(applied.flatMap(typesOf))
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: canaryNameOf(stable.metadata?.name ?? ''),
      namespace: stable.metadata?.namespace ?? '',
      labels: deployment.metadata?.labels ?? {},
    },
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'].filter((type) => types.has(type)),
      ...(types.has('Ingress') && {
        ingress: applied.flatMap(({ ingress = [] }) =>
          ingress.map((rule) => (rule.from === undefined ? rule : { ...rule, from: withCanary(rule.from) })),
        ),
      }),
      ...(types.has('Egress') && {
        egress: applied.flatMap(({ egress = [] }) =>
          egress.map((rule) => (rule.to === undefined ? rule : { ...rule, to: withCanary(rule.to) })),
        ),
      }),
    },
  }
}

const specOf = ({ spec }: NetworkPolicy): PolicySpec => spec as unknown as PolicySpec

/** Without types, a policy is about ingress, and about egress when it has rules for it (NetworkPolicySpec). */
const typesOf = ({ policyTypes, egress }: PolicySpec): readonly string[] =>
  policyTypes ?? ['Ingress', ...(egress === undefined ? [] : ['Egress'])]

const canaryPeer = ({ podSelector, namespaceSelector }: Peer, stable: Labels, canary: Labels, selector: LabelSelector): readonly Peer[] =>
  podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, stable) && !selects(podSelector, canary)
    ? [{ podSelector: selector }]
    : []
