import type { Json, KitError } from '@deploy-kit/core'
import type { Percent } from '../release.ts'

/** What the evidence is in words and in numbers; the numbers are the judge's own JSON. */
export interface Evidence {
  /** One sentence for people: "canary 3.1 % (31/1000) against 0.9 % (81/9000), 412 : 1, needed 100 : 1, since 2 m 10 s". */
  readonly text: string
  readonly numbers: Json
  /** How long this step takes at the traffic seen so far, where there was some. */
  readonly ahead?: Ahead
}

/** A forecast: medians, in milliseconds from the begin of the step. */
export interface Ahead {
  /** Requests of both sides in a second, as seen in this rollout. */
  readonly perSecond: number
  /** Until a version as good as stable passes the step. */
  readonly passMs: number
  /** Until one that fails ten times as often is sent back. */
  readonly detectMs: number
}

export type Verdict =
  /** There is evidence enough that the canary is within the tolerance. */
  | { readonly kind: 'pass'; readonly evidence: Evidence }
  /** There is evidence enough that the canary is worse. */
  | { readonly kind: 'fail'; readonly evidence: Evidence; readonly culprit: string }
  /** Neither yet. `withinTolerance` says whether the rates seen so far lie inside the tolerance. */
  | { readonly kind: 'insufficient'; readonly evidence: Evidence; readonly withinTolerance: boolean }
  /** The source failed or was silent: no evidence at all. */
  | { readonly kind: 'provider-error'; readonly error: KitError }

export interface Look {
  /** Weight that was set when the interval began. */
  readonly weight: Percent
  /** `rollout`: canary against the concurrent stable; `watch`: the promoted version alone, against what stable did before. */
  readonly mode: 'rollout' | 'watch'
  /** Whether a step began with this look, which is a known moment for a regression to begin. */
  readonly stepBegan: boolean
}

/** Reads counts and judges them. Its state is JSON, so a resumed run keeps its error guarantee. */
export interface Analyst {
  /** One look: reads what came since the last one. Never throws for a failing source. */
  look(look: Look, signal: AbortSignal): Promise<Verdict>
  state(): Json
  restore(state: Json): void
}
