import type { LocalOptions } from '@deploy-kit/platforms'
import type { OnInsufficient, OnNewer, Step, StrategyName } from '@deploy-kit/rollout'

/** Budgets and tolerances of the judge; what is not given has the judge's own default. Shares are 0 to 1. */
export interface JudgeSettings {
  readonly falseRollbacks?: number
  readonly falsePromotions?: number
  readonly harm?: number
  readonly tolerance?: { readonly ratio?: number; readonly absolute?: number }
  readonly overdispersion?: number
}

/** Where a release goes. */
export interface TargetSettings {
  readonly app: string
  readonly environment: string
  readonly platform: { readonly name: 'local'; readonly options: LocalOptions }
}

/** Everything that decides how a release is carried out; configuration and inputs are merged into it. Times in milliseconds. */
export interface DeploySettings extends TargetSettings {
  readonly after?: string
  readonly variables: Readonly<Record<string, string>>
  readonly strategy: StrategyName
  readonly steps: readonly Step[]
  readonly approvePreview: boolean
  readonly judge: JudgeSettings
  /** Path of the smoke suite. */
  readonly smoke?: string
  readonly watchMs: number
  readonly onInsufficient: OnInsufficient
  readonly onCancel: 'abort' | 'freeze'
  readonly freezeForMs: number
  readonly onNewer: OnNewer
  readonly deadlineMs: number
  readonly pollMs: number
  readonly leaseTtlMs: number
}
