import type { Percent } from '../release.ts'
import type { Reason } from './state.ts'

/** What happened. Times are milliseconds since the epoch; the state machine has no clock of its own. */
export type Event =
  | { readonly type: 'started' }
  | { readonly type: 'prepared' }
  | { readonly type: 'gate-passed' }
  | { readonly type: 'gate-failed'; readonly reason: Reason }
  | { readonly type: 'weight-set'; readonly weight: Percent; readonly at: number }
  | { readonly type: 'verdict'; readonly verdict: VerdictSummary; readonly at: number }
  | { readonly type: 'approval'; readonly decision: 'waiting' | 'approved' | 'rejected'; readonly by?: string }
  | { readonly type: 'promoted'; readonly at: number }
  | { readonly type: 'discarded' }
  /** The replaced release runs where it ran before. */
  | { readonly type: 'restored' }
  /** A command failed for good: its own retries are used up. */
  | { readonly type: 'failed'; readonly reason: Reason }
  | { readonly type: 'abort'; readonly reason: Reason }
  | { readonly type: 'freeze' }

/** A verdict without its numbers: what the state machine decides on. */
export type VerdictSummary =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly text: string }
  | { readonly kind: 'insufficient'; readonly withinTolerance: boolean; readonly text: string }
  | { readonly kind: 'provider-error'; readonly text: string }
