import type { Release } from '@deploy-kit/rollout'
import type { KubeObject } from '../api/index.ts'
import type { Configuration } from '../configuration/copies.ts'
import type { Reference } from '../configuration/references.ts'
import type { Deployment, Job } from '../objects/models.ts'

/** Where a blueprint came from. `adopted`: what ran before deploy-kit came, or what somebody has put there since. */
export type Origin = 'manifests' | 'image' | 'adopted' | 'history'

/** Everything that a release is in the cluster: enough to run it again when neither the checkout nor the live workload have it any more. */
export interface Blueprint {
  readonly release: Release
  readonly origin: Origin
  /** The workload without replicas; its template reads copies, and names the release. */
  readonly workload: Deployment
  /** Replicas that the manifests ask for; undefined where an autoscaler or whoever else scales. */
  readonly replicas?: number
  /** Whatever else the manifests hold, with namespaces. */
  readonly objects: readonly KubeObject[]
}

/** A blueprint that was just made, with what has to be created for it. */
export interface Composed extends Blueprint {
  readonly copies: readonly Configuration[]
  /** Work of the manifests that is done before anything of the release starts. */
  readonly jobs?: readonly Job[]
  /** What its pods need and nobody has. */
  readonly missing: readonly Reference[]
}
