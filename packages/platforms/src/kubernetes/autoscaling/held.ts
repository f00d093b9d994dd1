import { prefix } from '../objects/labels.ts'
import type { HorizontalPodAutoscaler } from '../objects/models.ts'

/** On an autoscaler that may not shrink stable for now: its `spec.behavior` otherwise, as JSON; `null` where it has none. */
export const behaviorBefore = `${prefix}/behavior`

/** A merge patch (RFC 7386) of an autoscaler. */
export interface AutoscalerPatch {
  readonly metadata: { readonly resourceVersion: string; readonly annotations: Readonly<Record<string, string | null>> }
  readonly spec?: { readonly behavior: object | null }
}

const isDisabled = ({ spec }: HorizontalPodAutoscaler): boolean => spec?.behavior?.scaleDown?.selectPolicy === 'Disabled'

export const isHeld = ({ metadata }: HorizontalPodAutoscaler): boolean => metadata?.annotations?.[behaviorBefore] !== undefined

/** The change after which an autoscaler only ever adds; undefined for one that is held already, or never takes anything away. */
export const hold = (autoscaler: HorizontalPodAutoscaler): AutoscalerPatch | undefined => {
  if (isHeld(autoscaler) || isDisabled(autoscaler)) return undefined
  return {
    metadata: {
      resourceVersion: autoscaler.metadata?.resourceVersion ?? '',
      annotations: { [behaviorBefore]: JSON.stringify(autoscaler.spec?.behavior ?? null) },
    },
    spec: { behavior: { scaleDown: { selectPolicy: 'Disabled' } } },
  }
}

/**
 * The change after which an autoscaler is what it was before; undefined for one that is not held. What somebody else has changed in the meantime
 * stays: only the policy goes back, or, where there were no rules at all, the rules that the server filled in beside it.
 */
export const letGo = (autoscaler: HorizontalPodAutoscaler): AutoscalerPatch | undefined => {
  const text = autoscaler.metadata?.annotations?.[behaviorBefore]
  if (text === undefined) return undefined
  const metadata = { resourceVersion: autoscaler.metadata?.resourceVersion ?? '', annotations: { [behaviorBefore]: null } }
  // Somebody has let it go by hand, or has applied their own rules.
  if (!isDisabled(autoscaler)) return { metadata }
  const before = JSON.parse(text) as NonNullable<HorizontalPodAutoscaler['spec']>['behavior'] | null
  const { selectPolicy } = before?.scaleDown ?? {}
  // Merged, an empty object would change nothing.
  const without = before === null ? null : { scaleDown: null, scaleUp: null }
  return { metadata, spec: { behavior: selectPolicy === undefined ? without : { scaleDown: { selectPolicy } } } }
}

/** Whether an autoscaler would shrink its workload if it were allowed to, by its own word (pkg/controller/podautoscaler: ScaleDownLimit). */
export const wantsFewer = ({ status }: HorizontalPodAutoscaler): boolean =>
  status?.conditions?.some(({ type, status: is, reason }) => type === 'ScalingLimited' && is === 'True' && reason === 'ScaleDownLimit') ===
  true
