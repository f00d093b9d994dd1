import type { LoggedEvent, ObjectChange, Percent, Plan, Release, Terminal } from '@deploy-kit/rollout'

/**
 * How a deployment ended; `planned` for a dry run, `unchanged` when the release served already, `returned` when a rollback
 * found a rollout under way: ending that is the way back.
 */
export type DeployEnd = Terminal | { readonly phase: 'planned' } | { readonly phase: 'unchanged' } | { readonly phase: 'returned' }

/** Everything that is known of a deployment afterwards. Summary, result, report and outputs are derived from it. */
export interface DeployReport {
  readonly app: string
  readonly environment: string
  readonly kind: 'release' | 'rollback'
  readonly release: Release
  readonly replaced: Release | undefined
  readonly plan: Plan | undefined
  /** What the plan changes in the target beside the traffic; empty where the platform does not say, or the plan is carried on. */
  readonly changes: readonly ObjectChange[]
  readonly end: DeployEnd
  readonly weight: Percent
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
  readonly events: readonly LoggedEvent[]
}
