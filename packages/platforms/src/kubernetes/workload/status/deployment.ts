import type { Deployment } from '../../objects/models.ts'
import { failed, notObserved, waiting, whole, type RolloutStatus } from './rollout-status.ts'

const revisionAnnotation = 'deployment.kubernetes.io/revision'

/**
 * The status of a Deployment in the order of `kubectl rollout status` (kubectl, pkg/polymorphichelpers/rollout_status.go). Numbers that
 * are missing are 0. With a revision, another one than that is a failure. `before` is the Deployment as it was when it was last written: a
 * deadline that had been exceeded by then was that of an earlier release.
 */
export const deploymentStatus = (deployment: Deployment, { revision, before }: DeploymentQuestion = {}): RolloutStatus => {
  const { metadata, spec, status = {} } = deployment
  const name = metadata?.name ?? ''
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = status
  const running = Number(metadata?.annotations?.[revisionAnnotation] ?? 0)
  if (revision !== undefined && revision !== running) return failed(`${name}: revision ${revision} was asked for, ${running} is rolled out`)
  if ((metadata?.generation ?? 0) > observedGeneration) return notObserved(name)
  const exceeded = deadlineExceeded(deployment)
  if (exceeded !== undefined && exceeded !== (before && deadlineExceeded(before))) return failed(`${name} exceeded its progress deadline`)
  if (spec?.replicas !== undefined && updatedReplicas < spec.replicas)
    return waiting(`${name}: ${updatedReplicas} of ${spec.replicas} new replicas were made`)
  if (replicas > updatedReplicas) return waiting(`${name}: ${replicas - updatedReplicas} old replicas are pending termination`)
  if (availableReplicas < updatedReplicas)
    return waiting(`${name}: ${availableReplicas} of ${updatedReplicas} updated replicas are available`)
  return whole(`${name} is whole`)
}

export interface DeploymentQuestion {
  readonly revision?: number | undefined
  readonly before?: Deployment | undefined
}

/** When the progress deadline was last found exceeded, by which one such finding is told from the next. */
const deadlineExceeded = ({ status }: Deployment): string | undefined => {
  const found = status?.conditions?.find(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')
  return found && `${found.lastTransitionTime ?? ''}/${found.lastUpdateTime ?? ''}`
}
