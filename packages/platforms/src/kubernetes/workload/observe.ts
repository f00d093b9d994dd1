import type { TargetState } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import { ours, selectorText } from '../objects/labels.ts'
import { canaryNameOf } from './canary-objects.ts'
import type { KubernetesOptions } from '../options.ts'
import { revisionOf } from './revision.ts'
import { wantedReplicas } from './status/index.ts'
import { workloadKindOf } from './workload-kind.ts'
import type { Deployment, Pod } from '../objects/models.ts'

/** The objects of both sides as they are now. */
export interface Observed {
  readonly stable: Deployment | undefined
  readonly canary: Deployment | undefined
  readonly pods: { readonly stable: readonly Pod[]; readonly canary: readonly Pod[] }
}

/** How both sides are looked at. Everything that is opened for a workload shares one, so that what one has read the others need not read again. */
export interface Observation {
  /** What is, now. */
  observe(signal: AbortSignal): Promise<Observed>
  /** What was seen last; undefined before the first look. */
  last(): Observed | undefined
}

/** Name of the workload that is released: `shop` of `deployment/shop`. */
export const nameOf = ({ options }: Pick<Place, 'options'>): string => options.workload.slice(options.workload.indexOf('/') + 1)

/**
 * Reads both sides. The pods of a side are read again only when its Deployment has changed since: its status counts them, so every
 * change of theirs that matters is one of it.
 */
export const observation = (cluster: Place): Observation => {
  const { client, namespace } = cluster
  const kind = workloadKindOf(cluster.options)
  const workload = pathOf(kinds[kind], namespace, nameOf(cluster))
  const canaryDeployment = pathOf(kinds.deployment, namespace, canaryNameOf(nameOf(cluster)))
  const podsOfStable = podsOf(cluster, (pod) => pod.metadata?.labels?.[ours.track] !== 'canary')
  const podsOfCanary = podsOf(cluster, () => true)
  let last: Observed | undefined
  const observe = async (signal: AbortSignal): Promise<Observed> => {
    const [stable, canary] = await Promise.all([
      client.get<Deployment>(workload, { signal }),
      kind === 'deployment' ? client.get<Deployment>(canaryDeployment, { signal }) : undefined,
    ])
    const [stablePods, canaryPods] = await Promise.all([podsOfStable(stable, signal), podsOfCanary(canary, signal)])
    last = { stable, canary, pods: { stable: stablePods, canary: canaryPods } }
    return last
  }
  return { observe, last: () => last }
}

const podsOf = ({ client, namespace }: Place, belongs: (pod: Pod) => boolean) => {
  let readFor = ''
  let pods: readonly Pod[] = []
  return async (of: Deployment | undefined, signal: AbortSignal): Promise<readonly Pod[]> => {
    if (of === undefined) return []
    const version = `${of.metadata?.uid ?? ''}/${of.metadata?.resourceVersion ?? ''}`
    if (version !== readFor) {
      const selector = selectorText(of.spec?.selector ?? {})
      const { items } = await client.list<Pod>(pathOf(kinds.pod, namespace), { signal, query: { labelSelector: selector } })
      pods = items.filter(belongs)
      readFor = version
    }
    return pods
  }
}

/** What is, in the words of the engine. A DaemonSet has as many replicas as there are nodes for it. */
export const stateOf = (
  observed: Observed,
  weight: number,
  { container, workload }: Pick<KubernetesOptions, 'container' | 'workload'>,
): TargetState => ({
  stable: observed.stable && {
    ...revisionOf(observed.stable, observed.pods.stable, container),
    replicas: wantedReplicas(workloadKindOf({ workload }), observed.stable) ?? 0,
  },
  canary: observed.canary && revisionOf(observed.canary, observed.pods.canary, container),
  weight,
})
