import type { Percent } from '@deploy-kit/rollout'

/** Replicas that the canary needs for a share of what stable's replicas carry: never fewer than its share, never none. */
export const replicasFor = (weight: Percent, stable: number): number => Math.max(1, Math.ceil((stable * weight) / 100))
