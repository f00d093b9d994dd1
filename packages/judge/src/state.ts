import type { Control } from './dispersion.ts'
import type { Evidence } from './evidence.ts'
import type { Silence } from './liveness.ts'
import type { MetricTest } from './metric-look.ts'
import type { Mixture } from './mixture.ts'
import type { SeriesPoint } from './series.ts'
import type { Spread } from './spread.ts'

export interface Judgement {
  /**
   * `pass`: evidence enough that the canary is better than the margin of this step. `fail`: evidence enough that it is worse, once said never
   * taken back. `insufficient`: neither yet. `noisy`: the environment differs from itself, so statistics alone decide nothing.
   * `no-data`: neither side had a request.
   */
  readonly verdict: Evidence['verdict']
  /** Whether the rates seen so far lie inside the tolerance, whatever the evidence. */
  readonly withinTolerance: boolean
  /** What failed, when the verdict is `fail`: the name of a metric (`errors`, `latency`, ...), `ceiling` or `no-traffic`. */
  readonly culprit?: string
  readonly evidence: Evidence
}

/** Everything a judge remembers; plain JSON, some hundred numbers per metric. */
export interface JudgeState {
  readonly version: 2
  readonly startedAt: number
  readonly at: number
  readonly renewedAt: number
  readonly metrics: Readonly<Record<string, MetricTest>>
  readonly ceiling: Mixture
  /** How stable's failures clump, from its halves; null before there were any. */
  readonly spread: Spread | null
  readonly control: Control | null
  readonly silence: Silence | null
  /** Requests of both sides since the present step began. */
  readonly step: { readonly canary: number; readonly stable: number }
  readonly failed: string | null
  readonly series: readonly SeriesPoint[]
}
