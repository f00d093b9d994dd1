import type { Place } from './place.ts'
import type { Router } from './routers/router.ts'
import type { Releases } from './snapshots/releases.ts'

/** The place with what is made of it. Whatever a router or a release is made of takes the place alone. */
export interface Cluster extends Place {
  /** The router of the workload, opened when it is first needed. */
  readonly router: (signal: AbortSignal) => Promise<Router>
  /** What the releases of the workload are, and were. */
  readonly releases: Releases
}
