import type { Json, RunIdentity } from '@deploy-kit/core'
import type { Percent, Side } from '../release.ts'

/** Name of the document that holds the lease. */
export const leaseDocument = 'lease'

/**
 * The right to change a target, with the intent written ahead of each change. It lives in the target, so whoever
 * comes next, after whatever ended the holder, knows what was under way and which side is safe.
 */
export interface Lease {
  readonly holder: Pick<RunIdentity, 'id' | 'attempt' | 'link' | 'actor'>
  /** Milliseconds since the epoch by the holder's clock, for people; expiry goes by the target's clock (Versioned.ageMs). */
  readonly acquiredAt: number
  /** The lease expires when it was not written for so long. */
  readonly ttlMs: number
  readonly intent: Intent
  /** The saved state of the rollout, as the runner of the rollout wrote it. */
  readonly state: Json
}

/** What the holder is about to do, enough to bring the traffic home without reading anything else. */
export interface Intent {
  /** The side that stands whole. The traffic goes there when the holder is gone. */
  readonly safe: Side
  /** Weight that was last seen in place, and the one being set. Any other value means another writer. */
  readonly weight: { readonly last: Percent; readonly next: Percent }
  /** Digests of the two sides. */
  readonly from: string | undefined
  readonly to: string
  /** One phrase for people: "step 2 of 4, 25 %". */
  readonly doing: string
}

/** The weight that sends everybody to the safe side. */
export const safeWeight = (intent: Pick<Intent, 'safe'>): Percent => (intent.safe === 'stable' ? 0 : 100)
