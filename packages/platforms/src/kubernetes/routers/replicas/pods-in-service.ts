import { KitError } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../../api/index.ts'
import { prefix, selects, type Labels } from '../../objects/labels.ts'
import type { Deployment, Pod, Service } from '../../objects/models.ts'
import { isReady } from '../../workload/pods.ts'
import { selectorBefore, selectorOf } from '../../objects/service-selector.ts'
import type { RouterContext } from '../router.ts'
import { shareOf } from './counts.ts'

/** On each pod of the canary that a Service was made to select: the weight that was asked for, and how many pods were to give it. */
export const weightNote = `${prefix}/weight`

/** What the Service sends traffic to, as it is now. */
export interface Situation {
  readonly service: Service
  readonly canary: Deployment | undefined
  /** What the Service selects when nothing is switched. */
  readonly selector: Labels
  /** Whether the Service selects the canary alone. */
  readonly switched: boolean
  readonly stableReady: number
  /** The canary's pods that are not on their way out, those in the Service first. */
  readonly pods: readonly Pod[]
  readonly inService: readonly Pod[]
}

export const readSituation = async ({ client, namespace, services, workloads }: RouterContext, signal: AbortSignal): Promise<Situation> => {
  const [service, canary, { items }] = await Promise.all([
    client.get<Service>(pathOf(kinds.service, namespace, services.stable), { signal }),
    client.get<Deployment>(pathOf(kinds.deployment, namespace, workloads.canary), { signal }),
    client.list<Pod>(pathOf(kinds.pod, namespace), { signal }),
  ])
  if (service?.spec?.selector === undefined)
    throw new KitError('route-missing', `There is no Service ${services.stable} in ${namespace} that selects pods.`)
  const selector = selectorOf(service) ?? {}
  const isSelected = ({ metadata }: Pod): boolean => selects({ matchLabels: selector }, metadata?.labels ?? {})
  const living = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
  const isCanarys = ({ metadata }: Pod): boolean => canary?.spec !== undefined && selects(canary.spec.selector, metadata?.labels ?? {})
  const pods = living.filter(isCanarys).toSorted((a, b) => (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? ''))
  const inService = pods.filter(isSelected)
  return {
    service,
    canary,
    selector,
    switched: service.metadata?.annotations?.[selectorBefore] !== undefined,
    stableReady: living.filter((pod) => isSelected(pod) && !isCanarys(pod) && isReady(pod)).length,
    pods: [...inService, ...pods.filter((pod) => !isSelected(pod))],
    inService,
  }
}

export interface WeightNote {
  readonly weight: Percent
  readonly pods: number
}

export const noteOf = ({ metadata }: Pod): WeightNote | undefined => {
  const [weight, pods] = (metadata?.annotations?.[weightNote] ?? '').split('/').map(Number)
  return weight === undefined || pods === undefined ? undefined : { weight, pods }
}

/**
 * The weight that was asked for while it is given as it was meant, else the share that the counts are. A pod that died comes back
 * without traffic, and an autoscaler may move stable: neither is a change of the weight by somebody else.
 */
export const weightIn = ({ switched, canary, inService, stableReady }: Situation): Percent => {
  if (switched) return 100
  // Scaled to 0, its pods are on their way out.
  if (canary?.spec?.replicas === 0) return 0
  const [first] = inService
  const note = first && noteOf(first)
  if (note !== undefined && inService.every((pod) => noteOf(pod)?.weight === note.weight) && inService.length <= note.pods)
    return note.weight
  return Math.round(shareOf(inService.length, stableReady))
}
