import type { Finding } from '@deploy-kit/rollout'
import { carriedBy, replicasFor, surgeExceeded, surgeOf } from '../../workload/capacity.ts'
import type { Subject } from '../subject.ts'

/** What `max-surge` leaves of the steps, with the replicas that stable has now. */
export const surge: Subject = ({ plan, options, stable }) => {
  const maxSurge = options['max-surge']
  const replicas = stable.spec?.replicas ?? 1
  if (maxSurge === undefined || plan.strategy === 'rolling') return []
  const refused = plan.steps.flatMap(({ weight }): readonly Finding[] => {
    const exceeded = weight === 0 ? undefined : surgeExceeded(weight, replicasFor(weight, replicas), replicas, maxSurge)
    return exceeded === undefined ? [] : [{ severity: 'error', code: 'surge-too-small', message: `${exceeded}.` }]
  })
  if (refused.length > 0) return refused
  const most = carriedBy(surgeOf(maxSurge, replicas), replicas)
  if (most === 100) return []
  return [
    {
      severity: 'advice',
      code: 'surge-too-small',
      message: `\`max-surge: ${maxSurge}\` keeps the canary below the size of stable, which is therefore replaced by its own rolling update while it serves.`,
      remedy: 'With room for a canary of full size the last step can be 100 %, and stable is replaced while nobody uses it.',
    },
  ]
}
