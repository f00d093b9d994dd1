import type { Clock, Logger } from '@deploy-kit/core'
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
  readonly log: Logger
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
   * Returns when the router reports the change as taken. The way to 0 is ONE request for each object that shares the traffic, prepared
   * beforehand, and waits for nothing.
   * @throws KitError `foreign-writer` when the live value is neither `expected` nor `percent`; 0 is always set
   * @throws KitError `weight-unreachable` naming those that can be had
   */
  setWeight(percent: Percent, expected: Percent | undefined, signal: AbortSignal): Promise<void>
  /** Takes the canary out of the route, and leaves the route as it was before. */
  detach(signal: AbortSignal): Promise<void>
  /** The weights that can be had with so many replicas of stable; all of them where this is absent. */
  readonly reachable?: (stableReplicas: number) => readonly Percent[]
  /** Replicas that the canary needs at a weight, where it is not its share. */
  readonly replicasFor?: (weight: Percent, stableReplicas: number) => number
  /** Whether the Service in front of stable leads to the canary too, once that has a weight. */
  readonly sharesService?: true
  /** Headers that bring a request to the canary, from `attach` to `detach` and whatever its weight. */
  readonly canaryHeaders?: Readonly<Record<string, string>> | undefined
}

/** An object that sends traffic to the Service. */
export interface FoundRoute {
  /** `HTTPRoute shop`, for people. */
  readonly called: string
  readonly path: string
}

/** What the folder of a router exports. */
export interface RouterModule<Options> {
  /** @throws KitError `route-missing` when nothing sends traffic to the Service */
  readonly open: (options: Options, context: RouterContext, signal: AbortSignal) => Promise<Router>
  /** What of this router's kind sends traffic to the Service now; absent where that cannot be found. */
  readonly find?: (context: RouterContext, signal: AbortSignal) => Promise<readonly FoundRoute[]>
}
