import type { Finding } from '@deploy-kit/rollout'
import type { KubeObject } from '../../api/index.ts'
import { ours, selects, type Labels, type LabelSelector } from '../../objects/labels.ts'
import type { NetworkPolicy } from '../../objects/models.ts'
import { asLabel } from '../../objects/names.ts'
import type { NeighbourKind } from '../neighbours.ts'
import type { Situation } from '../situation.ts'
import type { Subject } from '../subject.ts'

interface Sides {
  readonly stable: Labels
  readonly canary: Labels
}

/** What selects stable's pods and not the canary's, and cannot be copied for the canary. */
export const seenDifferently: Subject = (situation) => {
  // Nothing else runs beside it then.
  if (situation.plan.inPlace === 'at-once') return []
  const pods: Sides = {
    stable: situation.stable.spec?.template.metadata?.labels ?? {},
    canary: situation.canary.deployment.spec?.template.metadata?.labels ?? {},
  }
  const services: Sides = { stable: situation.front?.metadata?.labels ?? {}, canary: situation.canary.service?.metadata?.labels ?? {} }
  return [
    ...otherServices(situation, pods),
    ...situation.policies.flatMap((policy) => peers(policy, situation, pods)),
    ...situation.policiesElsewhere.flatMap((policy) => peers(policy, situation, pods)),
    ...situation.neighbours
      .filter(({ kind }) => kind.role === 'selector')
      .flatMap(({ kind, objects }) =>
        objects
          .filter((object) => onlyStable(kind.selector?.(object), kind.selects === 'services' ? services : pods))
          .map((object) => selectorFinding(kind, object, situation)),
      ),
  ]
}

/** No selector at all means the whole namespace, the canary with it. */
const onlyStable = (selector: LabelSelector | undefined, { stable, canary }: Sides): boolean =>
  selector !== undefined && selects(selector, stable) && !selects(selector, canary)

/** Where no Service is in front of the two sides, as with a preview alone, there is none beside it either. */
const otherServices = ({ services, front, stable }: Situation, pods: Sides): readonly Finding[] =>
  (front === undefined ? [] : services)
    .filter(
      (service) => service.metadata?.name !== front?.metadata?.name && onlyStable({ matchLabels: service.spec?.selector ?? {} }, pods),
    )
    .map((service) => ({
      severity: 'advice',
      code: 'canary-seen-differently',
      message: `The Service ${service.metadata?.name ?? ''} selects the pods of ${stable.metadata?.name ?? ''} too: whoever calls it never reaches the canary, so what they ask for is not judged.`,
      remedy: 'Nothing has to be done; the router shares what comes through the Service that it names.',
    }))

interface Peer {
  readonly namespaceSelector?: LabelSelector
  readonly podSelector?: LabelSelector
}

/** Every namespace has its name as a label; what other labels ours has is not known here. */
const mayMean = (namespace: string, selector: LabelSelector | undefined): boolean =>
  [undefined, namespace].includes(selector?.matchLabels?.['kubernetes.io/metadata.name'])

/** The model of the official client calls `from` by another name than the server does. */
interface Rules {
  readonly ingress?: readonly { readonly from?: readonly Peer[] }[]
  readonly egress?: readonly { readonly to?: readonly Peer[] }[]
}

/** A policy of others that names stable's pods as those who may call or be called: the canary would not be let through. */
const peers = (policy: NetworkPolicy, { options, stable }: Situation, pods: Sides): readonly Finding[] => {
  const named = (list: readonly Peer[]): boolean =>
    list.some(({ podSelector, namespaceSelector }) => onlyStable(podSelector, pods) && mayMean(options.namespace, namespaceSelector))
  // An elsewhere's peer without a namespaceSelector means pods of its own namespace.
  const here = (list: readonly Peer[]): readonly Peer[] =>
    policy.metadata?.namespace === options.namespace ? list : list.filter(({ namespaceSelector }) => namespaceSelector !== undefined)
  const { ingress = [], egress = [] } = (policy.spec ?? {}) as Rules
  const from = named(here(ingress.flatMap((rule) => rule.from ?? [])))
  const to = named(here(egress.flatMap((rule) => rule.to ?? [])))
  if ((!from && !to) || policy.metadata?.labels?.[ours.track] === 'canary') return []
  const label = `${ours.track}-of: ${asLabel(stable.metadata?.name ?? '')}`
  return [
    {
      severity: 'warning',
      code: 'canary-seen-differently',
      message: `The NetworkPolicy ${policy.metadata?.name ?? ''} in ${policy.metadata?.namespace ?? ''} lets pods of ${stable.metadata?.name ?? ''} ${from ? 'in' : 'be reached'} by labels that the canary's pods do not have.`,
      remedy: `Add beside that peer, once: \`- podSelector: { matchLabels: { ${label} } }\`${policy.metadata?.namespace === options.namespace ? '' : ' with the same namespaceSelector'}.`,
    },
  ]
}

const selectorFinding = (kind: NeighbourKind, object: KubeObject, { plan, stable }: Situation): Finding => {
  const label = `${ours.track}-of: ${asLabel(stable.metadata?.name ?? '')}`
  const name = object.metadata?.name ?? ''
  const what = kind.selects === 'services' ? 'the Service of stable and not that of the canary' : "stable's pods and not the canary's"
  const so = kind.protects === true ? 'the canary would run without what it demands' : 'it would not see the canary'
  return {
    severity: kind.protects === true ? 'error' : 'warning',
    code: kind.protects === true ? 'canary-less-protected' : 'canary-seen-differently',
    message: `The ${kind.kind} ${name} selects ${what}: ${so}.`,
    remedy:
      kind.selects === 'services'
        ? `Let ${name} select by a label that deploy-kit does not change, or make a second one for \`${ours.app}: ${asLabel(plan.app)}\`.`
        : `Make a copy of ${name} that selects \`${label}\`, once; it stays without effect while there is no canary.`,
  }
}
