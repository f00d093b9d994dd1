import { KitError } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import { closest, nearest } from '../nearest.ts'

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

/** @throws KitError `weight-unreachable` naming the nearest weight and those that can be had */
export const refuseUnreachable = (weight: Percent, stable: number): void => {
  const possible = stable === 0 ? [0] : reachable(stable)
  if (nearest(weight, possible) !== undefined) return
  const replicas = `${stable} ${stable === 1 ? 'replica' : 'replicas'}`
  const best = possible.length === 1 ? 'none is' : `the nearest is ${closest(weight, possible.slice(1))} %`
  throw new KitError('weight-unreachable', `${weight} % of traffic cannot be sent beside ${replicas} without a router: ${best}.`, {
    remedy: `Allowed here: ${possible.join(', ')} - or name a router, such as \`router: gateway-api\`.`,
  })
}
