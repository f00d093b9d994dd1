import type { InPlace } from '../plan/plan.ts'
import type { Percent, Release, Side } from '../release.ts'

/** One version as the platform runs it now. */
export interface Revision {
  readonly release: Release
  readonly replicas: number
  /** Replicas that are ready by the platform's own word. */
  readonly ready: number
  /** Digest read back from the running instances, not from what was asked for. */
  readonly runningDigest: string | undefined
}

/** What a canary is prepared for. */
export interface Preparation {
  /** It will be looked at and never have traffic, so that whatever shares the traffic need not hear of it. Default: false. */
  readonly preview?: boolean
}

/** What is, observed now. */
export interface TargetState {
  /** Undefined before the first release. */
  readonly stable: Revision | undefined
  readonly canary: Revision | undefined
  /** Percent of requests that reach the canary, as the router reports it. */
  readonly weight: Percent
}

/**
 * One workload in one place. Observes reality; every method is idempotent: done twice is done once.
 * Every mutation needs the lease, which the target was opened with; the platform refuses it otherwise.
 * An aborted signal ends waiting, never a write that is under way: the next write must not be overtaken by it.
 */
export interface Target {
  describe(signal: AbortSignal): Promise<TargetState>
  /**
   * The release runs as canary at weight 0 and is ready by the platform's own word.
   * @throws KitError `canary-not-ready` as soon as it is clear that it will not be, with the reason and its last log lines
   */
  prepare(release: Release, signal: AbortSignal, as?: Preparation): Promise<void>
  /**
   * Returns when the router reports the weight as taken. Capacity comes first when rising; falling to 0 is ONE write.
   * @throws KitError `foreign-writer` when the live value is neither the last nor the next
   */
  shift(weight: Percent, signal: AbortSignal): Promise<void>
  /** The canary's release becomes stable, never with less than full capacity, and the weight is 0 again. */
  promote(signal: AbortSignal): Promise<void>
  /** Present where stable can be replaced where it stands; the promotion of a rolling release. */
  readonly inPlace?: TargetInPlace | undefined
  /**
   * Present where the capacity of stable changes by itself, as by an autoscaler. Gives a canary with traffic the capacity that its weight asks for
   * now, and never takes any away. Called before each look; returns without waiting for it.
   */
  keepUp?(signal: AbortSignal): Promise<void>
  /** Removes the canary. @throws KitError `canary-has-traffic` while it has a weight */
  discard(signal: AbortSignal): Promise<void>
  /** Where a smoke test reaches that side, also before it has traffic; undefined when nothing runs there. */
  endpoint(side: Side, signal: AbortSignal): Promise<Endpoint | undefined>
}

/** A workload whose release is replaced where it stands, under its own traffic. */
export interface TargetInPlace {
  /** Whether a canary without traffic can be prepared beside it first. */
  readonly as: InPlace
  /** Whether two versions can never run side by side, so that nothing else is possible. */
  readonly only: boolean
  /**
   * Stable runs the release, whole, and nothing that was prepared beside it is left. Done to what runs the release already it changes nothing.
   * What an earlier replacement left half done, instances that will not become ready included, gives way to it.
   * @throws KitError `canary-not-ready` as soon as it is clear that it will not be whole, with the reason and its last log lines
   */
  replace(release: Release, signal: AbortSignal): Promise<void>
  /** The same for a release that stable ran before: it comes back as it was, with everything that ran with it. */
  restore(release: Release, signal: AbortSignal): Promise<void>
}

/** An address for requests to one side only. */
export interface Endpoint {
  readonly url: string
  /** Headers that route a request to that side. */
  readonly headers: Readonly<Record<string, string>>
}
