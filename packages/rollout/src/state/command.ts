import type { GateName } from '../plan/plan.ts'
import type { Percent, Release, Side } from '../release.ts'

/** The next thing to do. Every command is idempotent, so a repeated one does no harm. */
export type Command =
  | { readonly type: 'start' }
  | { readonly type: 'prepare'; readonly release: Release }
  | { readonly type: 'gate'; readonly gate: GateName; readonly side: Side; readonly release: Release }
  /** `release` is what the canary must run to be given traffic; the way home asks for nothing. */
  | { readonly type: 'shift'; readonly weight: Percent; readonly release?: Release }
  | { readonly type: 'look'; readonly weight: Percent; readonly mode: 'rollout' | 'watch' }
  | { readonly type: 'ask-approval'; readonly step: number }
  | { readonly type: 'promote'; readonly release: Release }
  | { readonly type: 'discard' }
  /** Stable runs the release where it stands. */
  | { readonly type: 'replace'; readonly release: Release }
  /** Stable runs the release that it ran before the replacement. */
  | { readonly type: 'restore'; readonly release: Release }
