import type { DaemonSet } from '../../objects/models.ts'
import { failed, notObserved, waiting, whole, type RolloutStatus } from './rollout-status.ts'

/** The status of a DaemonSet in the order of `kubectl rollout status` (kubectl, pkg/polymorphichelpers/rollout_status.go). */
export const daemonSetStatus = ({ metadata, spec, status }: DaemonSet): RolloutStatus => {
  const name = metadata?.name ?? ''
  const { observedGeneration = 0, updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = status ?? {}
  if (spec?.updateStrategy?.type === 'OnDelete')
    return failed(`${name} has the update strategy OnDelete: nothing replaces its pods until somebody deletes them`)
  if ((metadata?.generation ?? 0) > observedGeneration) return notObserved(name)
  if (updatedNumberScheduled < desiredNumberScheduled)
    return waiting(`${name}: ${updatedNumberScheduled} of ${desiredNumberScheduled} pods were updated`)
  if (numberAvailable < desiredNumberScheduled)
    return waiting(`${name}: ${numberAvailable} of ${desiredNumberScheduled} updated pods are available`)
  return whole(`${name} is whole`)
}
