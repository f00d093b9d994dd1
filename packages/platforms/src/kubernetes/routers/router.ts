import type { Clock } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import type { KubeClient } from '../api/index.ts'

/** What a router is opened with: where the two sides are. */
export interface RouterContext {
  readonly client: KubeClient
  readonly namespace: string
  /** Service of stable's pods, and of the canary's, which exists whenever the canary is in the route. */
  readonly services: { readonly stable: string; readonly canary: string }
  readonly workloads: { readonly stable: string; readonly canary: string }
  readonly clock: Clock
  /** How long the router may take to report a change as taken. */
  readonly withinMs: number
}

/**
 * Share of requests that reach the canary. Idempotent, and readable, so that a resumed run starts from what is. Everything in the
 * route that is not about the two sides stays as it is. Writes are read, changed and written with the version that was read; one
 * that meets another writer is computed anew from what was meant, a few times.
 */
export interface Router {
  readonly name: string
  /** Percent in the route now; 0 when the canary is not in it. */
  weight(signal: AbortSignal): Promise<Percent>
  /** Puts the canary into the route at weight 0, and returns when the router has taken it. */
  attach(signal: AbortSignal): Promise<void>
  /**
   * Returns when the router reports the change as taken. The way to 0 is ONE request, prepared beforehand, and waits for nothing.
   * @throws KitError `foreign-writer` when the live value is neither `expected` nor `percent`; 0 is always set
   */
  setWeight(percent: Percent, expected: Percent | undefined, signal: AbortSignal): Promise<void>
  /** Takes the canary out of the route, and leaves the route as it was before. */
  detach(signal: AbortSignal): Promise<void>
  /** The weights that can be had with so many replicas of stable; all of them where this is absent. */
  readonly reachable?: (stableReplicas: number) => readonly Percent[]
  /** Replicas that the canary needs at a weight, where it is not its share. */
  readonly replicasFor?: (weight: Percent, stableReplicas: number) => number
}

/** What the folder of a router exports. */
export interface RouterModule<Options> {
  open(options: Options, context: RouterContext): Router
}
