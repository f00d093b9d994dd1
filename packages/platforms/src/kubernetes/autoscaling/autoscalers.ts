import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import type { HorizontalPodAutoscaler } from '../objects/models.ts'
import { nameOf } from '../workload/observe.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'

/** Whether something that scales has an object as its target; a Deployment where it does not say a kind. */
export const isTarget = (
  reference: { readonly kind?: string; readonly name?: string } | undefined,
  target: Pick<KubeObject, 'kind' | 'metadata'>,
): boolean => reference?.name === target.metadata?.name && (reference?.kind ?? 'Deployment') === (target.kind ?? 'Deployment')

/** The autoscalers of the workload that is released. */
export const autoscalersOf = async (
  cluster: Pick<Cluster, 'client' | 'namespace' | 'options'>,
  signal: AbortSignal,
): Promise<readonly HorizontalPodAutoscaler[]> => {
  const { client, namespace, options } = cluster
  const { items } = await client.list<HorizontalPodAutoscaler>(pathOf(kinds.autoscaler, namespace), { signal })
  const workload = { kind: kinds[workloadKindOf(options)].kind, metadata: { name: nameOf(cluster) } }
  return items.filter(({ spec }) => isTarget(spec?.scaleTargetRef, workload))
}
