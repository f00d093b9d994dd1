import type { Deployment } from '../../objects/models.ts'

/** How far a workload is on its way to its specification. */
export interface RolloutStatus {
  readonly done: boolean
  /** It will not get there by itself. */
  readonly failed: boolean
  readonly text: string
}

/**
 * The status of a Deployment in the order of `kubectl rollout status` (kubectl, pkg/polymorphichelpers/rollout_status.go). Numbers that
 * are missing are 0.
 */
export const rolloutStatus = ({ metadata, spec, status = {} }: Deployment): RolloutStatus => {
  const name = metadata?.name ?? ''
  const waiting = (text: string): RolloutStatus => ({ done: false, failed: false, text: `${name}: ${text}` })
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = status
  if ((metadata?.generation ?? 0) > observedGeneration) return waiting('the change has not been observed yet')
  if (status.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded') === true)
    return { done: false, failed: true, text: `${name} exceeded its progress deadline` }
  if (spec?.replicas !== undefined && updatedReplicas < spec.replicas)
    return waiting(`${updatedReplicas} of ${spec.replicas} new replicas were made`)
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`)
  if (availableReplicas < updatedReplicas) return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`)
  return { done: true, failed: false, text: `${name} is whole` }
}
