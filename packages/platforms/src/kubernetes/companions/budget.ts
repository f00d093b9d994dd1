import { selects } from '../objects/labels.ts'
import type { PodDisruptionBudget } from '../objects/models.ts'
import type { IntOrString } from '@kubernetes/client-node'
import { canaryNameOf } from '../workload/canary-objects.ts'
import type { Sides } from './sides.ts'

/**
 * A budget for the canary like that of stable; undefined when none selects stable's pods, or the canary's are selected as well. A number
 * of pods is one of stable's replicas; the canary has fewer, so it is taken as a share of them.
 */
export const budgetFor = ({ stable, canary: { deployment }, budgets }: Sides): PodDisruptionBudget | undefined => {
  const labels = stable.spec?.template.metadata?.labels ?? {}
  const own = deployment.spec?.template.metadata?.labels ?? {}
  const applies = ({ spec }: PodDisruptionBudget): boolean =>
    spec?.selector !== undefined && selects(spec.selector, labels) && !selects(spec.selector, own)
  // More than one budget for a pod makes its eviction fail (policy/v1), so one is all that can be.
  const budget = budgets.find(applies)?.spec
  if (budget === undefined) return undefined
  const replicas = stable.spec?.replicas ?? 1
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: canaryNameOf(stable.metadata?.name ?? ''),
      namespace: stable.metadata?.namespace ?? '',
      labels: deployment.metadata?.labels ?? {},
    },
    spec: {
      selector: deployment.spec?.selector ?? {},
      ...(budget.minAvailable !== undefined && { minAvailable: asShare(budget.minAvailable, replicas) }),
      ...(budget.maxUnavailable !== undefined && { maxUnavailable: asShare(budget.maxUnavailable, replicas) }),
      ...(budget.unhealthyPodEvictionPolicy !== undefined && { unhealthyPodEvictionPolicy: budget.unhealthyPodEvictionPolicy }),
    },
  }
}

const asShare = (count: unknown, of: number): IntOrString =>
  typeof count === 'string' ? count : `${Math.min(100, Math.round((100 * Number(count)) / Math.max(1, of)))}%`
