import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { nameOf } from '../workload/observe.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'

interface Scaler extends KubeObject {
  readonly spec?: { readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } }
}

/** Whether something scales the workload, in the manifests or in the cluster: its replicas are then nobody else's to write. */
export const isAutoscaled = async (cluster: Place, objects: readonly KubeObject[], signal: AbortSignal): Promise<boolean> => {
  const { kind } = kinds[workloadKindOf(cluster.options)]
  const scales = ({ spec }: Scaler): boolean => {
    const { kind: of = 'Deployment', name } = spec?.scaleTargetRef ?? {}
    return of === kind && name === nameOf(cluster)
  }
  // KEDA's ScaledObject makes an autoscaler of its own once it is applied.
  if (objects.some((object) => /^(?:HorizontalPodAutoscaler|ScaledObject)$/.test(object.kind ?? '') && scales(object))) return true
  const { items } = await cluster.client.list<Scaler>(pathOf(kinds.autoscaler, cluster.namespace), { signal })
  return items.some(scales)
}
