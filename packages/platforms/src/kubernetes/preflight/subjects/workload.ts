import type { Subject } from '../subject.ts'
import { calledIn } from '../situation.ts'

/** What makes a release of the workload impossible, or a way back harder. */
export const workload: Subject = ({ stable, plan }) => {
  const { spec } = stable
  const called = calledIn(stable)
  return [
    ...(spec?.paused === true
      ? [
          {
            severity: 'error',
            code: 'workload-paused',
            message: `${called} is paused: a promotion would change its template, and nothing would follow.`,
            remedy: `Run \`kubectl rollout resume deployment/${stable.metadata?.name ?? ''} -n ${stable.metadata?.namespace ?? ''}\` first.`,
          } as const,
        ]
      : []),
    ...(spec?.replicas === 0
      ? [
          {
            severity: 'error',
            code: 'workload-scaled-to-zero',
            message: `${called} has 0 replicas: nothing serves that a canary could be compared with, and 0 of 0 would count as ready.`,
          } as const,
        ]
      : []),
    ...(spec?.strategy?.type === 'Recreate'
      ? [
          {
            severity: plan.strategy === 'rolling' ? 'error' : 'warning',
            code: 'workload-recreated',
            message:
              plan.strategy === 'rolling'
                ? `${called} has the strategy Recreate: all of its pods end before the first new one starts.`
                : `${called} has the strategy Recreate: while it is promoted it is gone as a whole, and the canary alone serves.`,
          } as const,
        ]
      : []),
    ...(spec?.revisionHistoryLimit === 0
      ? [
          {
            severity: 'warning',
            code: 'history-not-kept',
            message: `${called} has \`revisionHistoryLimit: 0\`: deploy-kit returns by its own records, \`kubectl rollout undo\` cannot return at all.`,
          } as const,
        ]
      : []),
  ]
}
