import type { MetricKind, ProbeOptions, SourceName } from '@deploy-kit/metrics'
import type { KubernetesOptions, LocalOptions } from '@deploy-kit/platforms'
import type { OnInsufficient, OnNewer, Step, StrategyName } from '@deploy-kit/rollout'

/** How much worse a share may be. */
export interface ToleranceSettings {
  readonly ratio?: number
  readonly absolute?: number
}

/** Where a metric comes from. The options are those of the source, checked by its own schema. */
export interface SourceSettings {
  readonly name: SourceName
  readonly options: unknown
}

/** One metric: its source, the platform's own counts where there is none, and how it is judged. */
export interface MetricSettings {
  readonly kind: MetricKind
  readonly source?: SourceSettings
  readonly role?: 'critical' | 'advisory'
  readonly budgetShare?: number
  readonly tolerance?: ToleranceSettings
  readonly overdispersion?: number
  /** Seconds, for histograms. */
  readonly slo?: number
}

/** Budgets and tolerances of the judge; what is not given has the judge's own default. Shares are 0 to 1. */
export interface JudgeSettings {
  readonly falseRollbacks?: number
  readonly falsePromotions?: number
  readonly harm?: number
  readonly tolerance?: ToleranceSettings
  readonly overdispersion?: number
  readonly errors?: MetricSettings
  /** Not judged when absent. */
  readonly latency?: MetricSettings
  readonly metrics?: Readonly<Record<string, MetricSettings>>
  readonly probe?: ProbeOptions
}

/** Where a release goes. */
export interface TargetSettings {
  readonly app: string
  readonly environment: string
  readonly platform: PlatformSettings
}

/** A platform with its own options, checked by its own schema. */
export type PlatformSettings =
  | { readonly name: 'kubernetes'; readonly options: KubernetesOptions }
  | { readonly name: 'local'; readonly options: LocalOptions }

/** Everything that decides how a release is carried out; configuration and inputs are merged into it. Times in milliseconds. */
export interface DeploySettings extends TargetSettings {
  readonly after?: string
  readonly variables: Readonly<Record<string, string>>
  readonly strategy: StrategyName
  readonly steps: readonly Step[]
  readonly approvePreview: boolean
  /** Blue-green: shortest time between the switch and the end of the old side. */
  readonly keepOldForMs?: number
  readonly judge: JudgeSettings
  /** Where relative paths of the configuration start. */
  readonly directory: string
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
