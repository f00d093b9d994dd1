import type { TrafficCount } from './traffic.ts'

/** What a rehearsal shows at its end; `npm start -- --json` prints it. Times in milliseconds since the rehearsal began, unless said otherwise. */
export interface RehearsalResult {
  readonly version: 1
  readonly kind: 'rehearsal'
  /** The good release was promoted, the bad one sent back, the killed one came home, and nothing was lost. */
  readonly ok: boolean
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly images: readonly BuiltVersion[]
  readonly scan: ScanStage
  readonly traffic: Omit<TrafficCount, 'byDigest'> & { readonly perSecond: number }
  readonly releases: readonly RehearsedRelease[]
  /** Path of the HTML report. */
  readonly report: string
}

export interface BuiltVersion {
  readonly version: string
  readonly digest: string
  readonly sizeBytes: number
  readonly tookMs: number
}

export type ScanStage =
  | { readonly status: 'passed' | 'failed'; readonly text: string }
  /** There is no Trivy here; the rehearsal says so and goes on. */
  | { readonly status: 'not-run'; readonly text: string }

/** One release of the rehearsal. */
export interface RehearsedRelease {
  readonly name: 'first' | 'good' | 'bad' | 'killed'
  readonly title: string
  readonly version: string
  readonly digest: string
  readonly outcome: string
  readonly reasonCode: string
  readonly reason: string
  /** Whether it ended as it should. */
  readonly ok: boolean
  readonly fromMs: number
  readonly toMs: number
  readonly plan: readonly string[]
  /** Weights as they came into place. */
  readonly weights: readonly { readonly atMs: number; readonly weight: number }[]
  /** What the judge said at each look. */
  readonly looks: readonly Look[]
  /** Answers that users got from this version, and how many of them were its failures. */
  readonly exposed: { readonly answered: number; readonly failed: number }
  /** Bad version: from its first traffic to the verdict. */
  readonly detectedAfterMs?: number
  /** Killed release: from the kill to all traffic on stable, and of that, from the start of `reconcile`. */
  readonly homeAfterKillMs?: number
  readonly homeAfterReconcileMs?: number
}

export interface Look {
  readonly atMs: number
  readonly weight: number
  readonly verdict: string
  readonly text: string
  /** "x : 1" that the canary is worse; and what is needed. */
  readonly against: number | null
  readonly againstNeeded: number | null
  /** "x : 1" that it is good enough for this step. */
  readonly promotion: number | null
  readonly promotionNeeded: number | null
}
