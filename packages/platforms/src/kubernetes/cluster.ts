import type { Clock, Logger } from '@deploy-kit/core'
import type { KubeClient } from './api/index.ts'
import type { LeaseGuard } from './documents/lease-guard.ts'
import type { KubernetesOptions } from './options.ts'
import type { Router } from './routers/index.ts'
import type { Releases } from './snapshots/releases.ts'

/** Everything that the parts of an opened platform share. */
export interface Cluster {
  readonly client: KubeClient
  readonly app: string
  readonly namespace: string
  readonly options: KubernetesOptions
  readonly guard: LeaseGuard
  readonly clock: Clock
  readonly log: Logger
  readonly readyWithinMs: number
  readonly scheduleWithinMs: number
  readonly drainMs: number
  readonly jobWithinMs: number
  /** The router of the workload, opened when it is first needed. */
  readonly router: (signal: AbortSignal) => Promise<Router>
  /** What the releases of the workload are, and were. */
  readonly releases: Releases
}
