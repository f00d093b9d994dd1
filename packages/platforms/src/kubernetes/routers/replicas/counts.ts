import { KitError } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'

/** Percent of the requests that so many pods of the canary get beside so many of stable, when a Service treats all of them alike. */
export const shareOf = (canary: number, stable: number): number => (canary === 0 ? 0 : (100 * canary) / (canary + stable))

/**
 * The weights that counts can give: the canary has at most as many pods as stable, which bounds the surge, or all of the traffic.
 * With 3 of stable: 0, 25, 40, 50, 100.
 */
export const reachable = (stable: number): readonly Percent[] => {
  const shares = Array.from({ length: stable }, (_, index) => Math.round(shareOf(index + 1, stable)))
  return [...new Set([0, ...shares, 100])]
}

/** Pods of the canary whose share is the nearest to a weight: at least one, at most as many as stable has. */
export const podsFor = (weight: Percent, stable: number): number =>
  weight === 100 ? stable : Math.min(Math.max(1, Math.round((weight * stable) / (100 - weight))), Math.max(1, stable))

/** How far the nearest share may be off: a fifth of the weight. 9 % will do for 10 %; 25 % will not for 5 %. */
const tolerated = 0.2

/** @throws KitError `weight-unreachable` naming the nearest weight and those that can be had */
export const refuseUnreachable = (weight: Percent, stable: number): void => {
  if (weight === 0 || weight === 100) return
  const nearest = shareOf(podsFor(weight, stable), stable)
  if (stable > 0 && Math.abs(nearest - weight) <= weight * tolerated) return
  throw new KitError(
    'weight-unreachable',
    `${weight} % of traffic cannot be sent beside ${stable} ${stable === 1 ? 'replica' : 'replicas'} without a router: the nearest is ${Math.round(nearest)} %.`,
    { remedy: `Allowed here: ${reachable(stable).join(', ')} - or name a router, such as \`router: gateway-api\`.` },
  )
}
