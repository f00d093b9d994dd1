import type { Plan } from '@deploy-kit/rollout'
import type { KubeObject } from '../api/index.ts'
import type { KubernetesOptions } from '../options.ts'
import type { Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, ResourceQuota, Service } from '../objects/models.ts'
import type { NeighbourKind } from './neighbours.ts'

/** A kind of somebody else's and the objects of it that are in the namespace. */
export interface Neighbours {
  readonly kind: NeighbourKind
  readonly objects: readonly KubeObject[]
}

/** Everything that preflight looks at, read once. */
export interface Situation {
  readonly plan: Plan
  readonly options: KubernetesOptions
  /** The workload as it runs now. */
  readonly stable: Deployment
  /** What would be made beside it. */
  readonly canary: { readonly deployment: Deployment; readonly service: Service | undefined }
  readonly services: readonly Service[]
  readonly front: Service | undefined
  /** The object whose weights would be changed, where it is known. */
  readonly route: KubeObject | undefined
  readonly budgets: readonly PodDisruptionBudget[]
  readonly policies: readonly NetworkPolicy[]
  /** Policies of other namespaces; empty where this user may not see them. */
  readonly policiesElsewhere: readonly NetworkPolicy[]
  readonly autoscalers: readonly HorizontalPodAutoscaler[]
  readonly quotas: readonly ResourceQuota[]
  readonly neighbours: readonly Neighbours[]
  /** Weights that the router can give; undefined where it can give all. */
  readonly reachable: readonly number[] | undefined
}

/** `deployment/shop`, for messages. */
export const calledIn = ({ kind = 'object', metadata }: KubeObject): string => `${kind} ${metadata?.name ?? ''}`
