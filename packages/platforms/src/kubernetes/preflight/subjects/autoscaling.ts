import type { Finding } from '@deploy-kit/rollout'
import type { KubeObject } from '../../api/index.ts'
import { isTarget } from '../../autoscaling/autoscalers.ts'
import { whyNotHeld } from '../../autoscaling/scale-down.ts'
import { calledIn } from '../situation.ts'
import type { Subject } from '../subject.ts'

interface ScaledObject extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string }
    readonly minReplicaCount?: number
    readonly idleReplicaCount?: number
  }
}

/**
 * Who else decides about replicas. deploy-kit never writes those of stable, and sizes the canary by what stable has at the time. Autoscalers are kept from
 * shrinking stable while the canary serves, but for those that somebody else would change back at once.
 */
export const autoscaling: Subject = ({ stable, autoscalers, neighbours, plan, options }) => [
  ...autoscalers
    .filter(({ spec }) => isTarget(spec?.scaleTargetRef, stable))
    .flatMap((scaler): readonly Finding[] => {
      const least = scaler.spec?.minReplicas ?? 1
      const now = stable.spec?.replicas ?? 1
      const against = whyNotHeld(scaler, options)
      if (plan.strategy === 'rolling' || least >= now || against === undefined) return []
      return [
        {
          severity: 'warning',
          code: 'autoscaler-sees-no-load',
          message:
            `${calledIn({ kind: 'HorizontalPodAutoscaler', ...scaler })} may scale ${calledIn(stable)} from ${now} to ${least} while the canary has all of the traffic, ` +
            `and it would get the traffic back with so many. It is not kept from that, because ${against.by} would undo it.`,
          remedy: against.remedy,
        },
      ]
    }),
  ...neighbours
    .filter(({ kind }) => kind.role === 'scaler')
    .flatMap(({ objects }) => objects as readonly ScaledObject[])
    .filter(({ spec }) => isTarget(spec?.scaleTargetRef, stable) && (spec?.idleReplicaCount ?? spec?.minReplicaCount ?? 0) === 0)
    .map((scaled): Finding => ({
      severity: 'warning',
      code: 'autoscaler-sees-no-load',
      message: `The KEDA ScaledObject ${scaled.metadata?.name ?? ''} may scale ${calledIn(stable)} to 0 while the canary has all of the traffic.`,
      remedy:
        'Set its `minReplicaCount` to what the traffic needs, or pause it with the annotation autoscaling.keda.sh/paused for the time of a release.',
    })),
]
