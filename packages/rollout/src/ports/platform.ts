import type { Counts, RecentCounts } from './metrics.ts'
import type { DocumentStore } from './documents.ts'
import type { Plan } from '../plan/plan.ts'
import type { Release } from '../release.ts'
import type { Finding } from './finding.ts'
import type { ObjectChange } from './object-change.ts'
import type { Target } from './target.ts'

/** What a platform adapter opens for one app in one environment. */
export interface Platform {
  readonly name: string
  readonly target: Target
  readonly documents: DocumentStore
  /** The platform's own request counts per side, where it has them; a metric source can be named instead. */
  readonly counts?: CountSource
  /**
   * The release with what this platform adds to its configuration, such as manifests and the objects that the workload reads, so
   * that the same image with another configuration is another release. Reads, and changes nothing.
   */
  readonly complete?: (release: Release, signal: AbortSignal) => Promise<Release>
  /** What stands against a plan, and what is worth knowing. Looks at the target, and changes nothing. */
  readonly preflight?: (plan: Plan, signal: AbortSignal) => Promise<readonly Finding[]>
  /** What a plan changes in the target beside the traffic. Looks at the target, and changes nothing. */
  readonly changes?: (plan: Plan, signal: AbortSignal) => Promise<readonly ObjectChange[]>
  /**
   * Releases that the target itself remembers, newest first, and lets come back from now on: a last resort when deploy-kit keeps none. Absent
   * where a target remembers nothing.
   */
  readonly history?: (signal: AbortSignal) => Promise<readonly KnownRelease[]>
  /** What its user must be allowed to do for this configuration, as text that the platform's own tools take. Looks at the target where it can. */
  readonly permissions?: (signal: AbortSignal) => Promise<string>
  /** Addresses at which the instances that run now show Prometheus text, where the platform knows them. */
  readonly instances?: (signal: AbortSignal) => Promise<readonly string[]>
}

/** A release that a target remembers by itself. */
export interface KnownRelease {
  readonly release: Release
  /** When it came there, milliseconds since the epoch. */
  readonly at: number
}

/** Request counts per side since the last read. A source never turns missing data into zeros. */
export interface CountSource {
  /** Checks, before anything is touched, that the source answers and knows what is asked for. */
  check(signal: AbortSignal): Promise<void>
  /** @throws KitError `metrics-unavailable` when the source cannot be read; that is never a verdict */
  read(signal: AbortSignal): Promise<Counts>
  /**
   * What stable counted in the last half hour or so, where the source remembers: how long the rollout will take follows from it, and it is the reference
   * where nothing runs beside the new version. Undefined when nobody asked. Changes nothing for `read`.
   */
  recent?(signal: AbortSignal): Promise<RecentCounts | undefined>
}
