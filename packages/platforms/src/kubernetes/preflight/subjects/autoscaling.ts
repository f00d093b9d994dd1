import type { Finding } from '@deploy-kit/rollout'
import type { KubeObject } from '../../api/index.ts'
import { calledIn } from '../situation.ts'
import type { Subject } from '../subject.ts'

interface ScaledObject extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string }
    readonly minReplicaCount?: number
    readonly idleReplicaCount?: number
  }
}

/** Who else decides about replicas. deploy-kit never writes those of stable, and sizes the canary by what stable has at the time. */
export const autoscaling: Subject = ({ stable, autoscalers, neighbours, plan }) => [
  ...autoscalers
    .filter(({ spec }) => isTarget(spec?.scaleTargetRef, stable))
    .flatMap((scaler): readonly Finding[] => {
      const least = scaler.spec?.minReplicas ?? 1
      const now = stable.spec?.replicas ?? 1
      // All of the traffic leaves stable at the last step; what scales by load then sees none.
      if (plan.strategy === 'rolling' || least >= now) return []
      return [
        {
          severity: 'warning',
          code: 'autoscaler-sees-no-load',
          message:
            `${calledIn({ kind: 'HorizontalPodAutoscaler', ...scaler })} may scale ${calledIn(stable)} from ${now} to ${least} while the canary has all of the traffic, ` +
            'and it would get the traffic back with so many.',
          remedy: `Set \`behavior.scaleDown.stabilizationWindowSeconds\` above the time of the last step, or \`minReplicas\` to what the traffic needs.`,
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

const isTarget = (reference: { readonly kind?: string; readonly name?: string } | undefined, stable: KubeObject): boolean =>
  reference?.name === stable.metadata?.name && (reference?.kind ?? 'Deployment') === (stable.kind ?? 'Deployment')
