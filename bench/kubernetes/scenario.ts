import type { StepEnd } from '../../packages/cli/src/runner/step.ts'
import type { VersionName } from '../../test/kubernetes/stage/cluster.ts'
import type { Inputs, Shop, ShopState } from '../../test/kubernetes/stage/shop.ts'

/** One story of the side-by-side, with what the best peer did in it and what is asked of deploy-kit. */
export interface Scenario {
  readonly name: string
  /** As measured in the same set-up (docs/kubernetes.md names versions and settings). */
  readonly peer: string
  readonly bar: string
  readonly from: VersionName
  readonly to: VersionName
  readonly perSecond?: number
  readonly inputs?: Inputs
  readonly settings?: Readonly<Record<string, object>>
  /** Default: the release runs to its end. */
  readonly story?: (shop: Shop, release: () => ReturnType<Shop['startsRelease']>) => Promise<StepEnd>
  readonly isWithinBar: (measured: Measured) => boolean
}

/** What became of a scenario. */
export interface Measured {
  readonly outcome: string
  readonly reasonCode: string
  readonly reason: string
  readonly log: string
  readonly state: ShopState
  /** Whether stable's specification is what it was before. */
  readonly specUnchanged: boolean
  /** From the first to the last answer of the new version. */
  readonly exposedS: number
  /** From the start of the step to its end. */
  readonly tookS: number
  /** From the mark of the story, where it set one, to the last answer of the new version. */
  readonly homeAfterMarkS: number
  readonly failed: number
  readonly lost: number
  readonly usersHit: number
  readonly sent: number
}
