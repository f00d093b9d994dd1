import type { Clock, Logger, RunIdentity } from '@deploy-kit/core'
import type { Platform } from '@deploy-kit/rollout'

/** What every platform is opened with. */
export interface PlatformContext {
  readonly app: string
  readonly environment: string
  /** Whoever changes the target; the platform takes changes from the holder of the lease only. */
  readonly holder: RunIdentity
  readonly log: Logger
  readonly clock: Clock
}

/** What the folder of a platform exports: one function, which contacts nothing before the platform is used. */
export interface PlatformModule<Options> {
  open(options: Options, context: PlatformContext): Promise<Platform>
}
