import { KitError } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'

/** Replicas that the canary needs for a share of what stable's replicas carry: never fewer than its share, never none. */
export const replicasFor = (weight: Percent, stable: number): number => Math.max(1, Math.ceil((stable * weight) / 100))

/** Most pods that the canary may have beside so many of stable, by `max-surge`: a count, or a percentage that is rounded up as Kubernetes does; one at least. */
export const surgeOf = (maxSurge: string, stable: number): number => {
  const percent = /^(\d+)%$/.exec(maxSurge)?.[1]
  return Math.max(1, percent === undefined ? Number(maxSurge) : Math.ceil((stable * Number(percent)) / 100))
}

/** The largest share that a canary of so many pods carries beside so many of stable. */
export const carriedBy = (pods: number, stable: number): Percent => (stable === 0 ? 100 : Math.min(100, Math.floor((100 * pods) / stable)))

/** Why a weight cannot be had with a `max-surge`, in words; undefined when it can. `needed` is what the weight needs. */
export const surgeExceeded = (weight: Percent, needed: number, stable: number, maxSurge: string | undefined): string | undefined => {
  if (maxSurge === undefined || needed <= surgeOf(maxSurge, stable)) return undefined
  const allowed = surgeOf(maxSurge, stable)
  return (
    `${weight} % of the traffic needs ${podsOf(needed)} of the canary beside ${stable} of stable; ` +
    `\`max-surge: ${maxSurge}\` allows ${podsOf(allowed)}, which carry ${carriedBy(allowed, stable)} %`
  )
}

/** @throws KitError `surge-too-small` */
export const requireSurge = (weight: Percent, needed: number, stable: number, maxSurge: string | undefined): void => {
  const exceeded = surgeExceeded(weight, needed, stable, maxSurge)
  if (exceeded !== undefined) throw new KitError('surge-too-small', `${exceeded}.`)
}

const podsOf = (count: number): string => `${count} pod${count === 1 ? '' : 's'}`
