import type { StatefulSet } from '../../objects/models.ts'
import { failed, notObserved, waiting, whole, type RolloutStatus } from './rollout-status.ts'

/**
 * The status of a StatefulSet in the order of `kubectl rollout status` (kubectl, pkg/polymorphichelpers/rollout_status.go), and then what
 * kubectl does not ask for: `minReadySeconds` (status.availableReplicas, which servers before 1.22 do not have).
 */
export const statefulSetStatus = ({ metadata, spec, status }: StatefulSet): RolloutStatus => {
  const name = metadata?.name ?? ''
  const { replicas, updateStrategy } = spec ?? {}
  const {
    observedGeneration = 0,
    readyReplicas = 0,
    updatedReplicas = 0,
    availableReplicas,
    updateRevision,
    currentRevision,
  } = status ?? {}
  if (updateStrategy?.type === 'OnDelete')
    return failed(`${name} has the update strategy OnDelete: nothing replaces its pods until somebody deletes them`)
  if (observedGeneration === 0 || (metadata?.generation ?? 0) > observedGeneration) return notObserved(name)
  if (replicas !== undefined && readyReplicas < replicas) return waiting(`${name}: ${readyReplicas} of ${replicas} pods are ready`)
  if (updateStrategy?.rollingUpdate !== undefined) {
    const { partition } = updateStrategy.rollingUpdate
    const due = (replicas ?? 0) - (partition ?? 0)
    if (replicas !== undefined && partition !== undefined && updatedReplicas < due)
      return waiting(`${name}: ${updatedReplicas} of ${due} pods were updated`)
  } else if (updateRevision !== currentRevision) return waiting(`${name}: ${updatedReplicas} pods are at revision ${updateRevision ?? ''}`)
  if (replicas !== undefined && (spec?.minReadySeconds ?? 0) > 0 && availableReplicas !== undefined && availableReplicas < replicas)
    return waiting(`${name}: ${availableReplicas} of ${replicas} pods have been ready for ${spec?.minReadySeconds ?? 0} s`)
  return whole(`${name} is whole`)
}
