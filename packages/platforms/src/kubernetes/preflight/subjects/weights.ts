import type { Finding } from '@deploy-kit/rollout'
import { nearest } from '../../routers/nearest.ts'
import type { Subject } from '../subject.ts'

/** Steps that the router cannot give with so many replicas. */
export const weights: Subject = ({ plan, reachable, stable }) => {
  if (reachable === undefined) return []
  const refused = plan.steps.map(({ weight }) => weight).filter((weight) => nearest(weight, reachable) === undefined)
  if (refused.length === 0) return []
  const replicas = stable.spec?.replicas ?? 1
  return [
    {
      severity: 'error',
      code: 'weight-unreachable',
      message: `${refused.map((weight) => `${weight} %`).join(', ')} of the traffic cannot be given with ${replicas} replica${replicas === 1 ? '' : 's'} of stable. Allowed here: ${reachable.join(', ')}.`,
    } satisfies Finding,
  ]
}
