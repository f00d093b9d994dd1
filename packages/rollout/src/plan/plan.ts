import type { Percent, Release } from '../release.ts'

export type StrategyName = 'canary' | 'blue-green' | 'rolling'

/** Whether the release is first prepared beside stable, without traffic, or is nowhere seen before it serves. */
export type InPlace = 'after-preview' | 'at-once'

/** A check that must hold before the rollout goes on. */
export type GateName = 'smoke'

/** Time at a step, in milliseconds. The judge ends it early, after `minMs`, when the evidence suffices. */
export interface Bake {
  readonly minMs: number
  readonly maxMs: number
}

export interface Step {
  readonly weight: Percent
  /** Undefined: the step is left as soon as its gates pass. */
  readonly bake: Bake | undefined
  /** Checked on the canary once the weight is set. */
  readonly gates: readonly GateName[]
  /** Whether somebody must approve before the next step. */
  readonly approval: boolean
}

/** What happens when `bake.max` has passed without evidence enough. */
export type OnInsufficient = 'hold' | 'promote-if-within-tolerance' | 'abort'

/** A whole rollout as data. It is printed before anything is touched, and stored in the lease. */
export interface Plan {
  readonly app: string
  readonly environment: string
  readonly kind: 'release' | 'rollback'
  readonly release: Release
  /** The release that serves now; undefined for the first one. */
  readonly replaces: Release | undefined
  readonly strategy: StrategyName
  /**
   * Stable is replaced where it stands, under its own traffic, and judged afterwards: by workloads that cannot run two versions side by side. A
   * failure before the promotion puts the replaced release in place again. Absent: the canary takes over, and then becomes stable.
   */
  readonly inPlace?: InPlace
  /** Checked on the canary before it has any traffic. */
  readonly gatesBefore: readonly GateName[]
  readonly steps: readonly Step[]
  /** Checked on production after the promotion. */
  readonly gatesAfter: readonly GateName[]
  /** The judge keeps watching for so long after the promotion; 0 for not at all. */
  readonly watchMs: number
  readonly onInsufficient: OnInsufficient
  /** The rollout is aborted when it has not reached its promotion within this time. */
  readonly deadlineMs: number
  /** How often the judge looks. */
  readonly pollMs: number
  /** Failed looks in a row after which the rollout is aborted: blindness is not health. */
  readonly providerErrorsAllowed: number
}
