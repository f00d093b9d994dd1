import type { GateName } from '../plan/plan.ts'
import type { Percent, Release, Side } from '../release.ts'

/** The next thing to do. Every command is idempotent, so a repeated one does no harm. */
export type Command =
  | { readonly type: 'start' }
  | { readonly type: 'prepare'; readonly release: Release }
  | { readonly type: 'gate'; readonly gate: GateName; readonly side: Side; readonly release: Release }
  | { readonly type: 'shift'; readonly weight: Percent }
  | { readonly type: 'look'; readonly weight: Percent; readonly mode: 'rollout' | 'watch' }
  | { readonly type: 'ask-approval'; readonly step: number }
  | { readonly type: 'promote' }
  | { readonly type: 'discard' }
