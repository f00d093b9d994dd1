import type { Json, RunIdentity } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'

/** How an attempt to release ended in this environment. */
export type Outcome =
  /** It was given all of the traffic and kept it. */
  | 'promoted'
  /** It was taken back before it had all of the traffic. */
  | 'aborted'
  /** It was promoted, and the release that it had replaced came back. */
  | 'rolled-back'
  /** A newer release took its place before it was done. */
  | 'superseded'

/** One attempt to release in one environment, written when it had ended. */
export interface ReleaseRecord {
  /** Unique in the environment. */
  readonly id: string
  /**
   * `rollback`: a return to an earlier release. `adopted`: what ran when a release began and no record told of, such as before deploy-kit
   * came; it was never verified by anything that deploy-kit saw.
   */
  readonly kind: 'release' | 'rollback' | 'adopted'
  readonly release: Release
  /** Milliseconds since the epoch at which it had ended, by the clock of the run. */
  readonly at: number
  readonly run: Pick<RunIdentity, 'id' | 'attempt' | 'link' | 'actor'>
  readonly outcome: Outcome
  /** The reason code with a sentence, `canary-failing: …`; of a rollback the words of whoever asked for it. */
  readonly reason?: string
  /** The judge's evidence in words. */
  readonly evidence?: string
  /** How the failures of stable clumped meanwhile, in the judge's own terms: the next release begins with it. */
  readonly clumps?: Json
  /** What was checked and found good in this environment. What was not checked is absent or false. */
  readonly verified: { readonly smoke?: boolean; readonly judge?: boolean }
  /** Digest that served before. */
  readonly replaced?: string
}

/** Whether the release was found good here by anything that looked at it. */
export const isVerified = ({ verified }: ReleaseRecord): boolean => verified.smoke === true || verified.judge === true
