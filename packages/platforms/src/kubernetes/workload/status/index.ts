import type { DaemonSet, Deployment, StatefulSet, Workload } from '../../objects/models.ts'
import type { WorkloadKind } from '../workload-kind.ts'
import { daemonSetStatus } from './daemon-set.ts'
import { deploymentStatus } from './deployment.ts'
import type { RolloutStatus } from './rollout-status.ts'
import { statefulSetStatus } from './stateful-set.ts'

export type { RolloutStatus } from './rollout-status.ts'

/** How far a workload is, as `kubectl rollout status` would say it; see deploymentStatus for `before`. */
export const rolloutStatus = (kind: WorkloadKind, workload: Workload, before: Workload | undefined): RolloutStatus => {
  switch (kind) {
    case 'deployment':
      return deploymentStatus(workload, { before })
    case 'statefulSet':
      return statefulSetStatus(workload as StatefulSet)
    case 'daemonSet':
      return daemonSetStatus(workload as DaemonSet)
  }
}

/** How many pods a workload is to have; undefined while it is not known, which for a DaemonSet is until its controller has counted nodes. */
export const wantedReplicas = (kind: WorkloadKind, workload: Workload): number | undefined =>
  kind === 'daemonSet' ? (workload as DaemonSet).status?.desiredNumberScheduled : (replicasOf(workload) ?? 1)

const replicasOf = ({ spec }: Deployment | StatefulSet): number | undefined => spec?.replicas
