import { KitError } from '@deploy-kit/core'
import { shortDigest } from '../plan/describe-plan.ts'
import type { TargetState } from '../ports/target.ts'
import { sameRelease, type Percent, type Release, type Side } from '../release.ts'

/** What this run has put in place, and what its looks, approvals and next changes stand upon. */
export interface Place {
  readonly weight: Percent
  readonly side: Side
  readonly release: Release
}

/**
 * Checks that what this run has put in place is still there.
 * @throws KitError `weight-returned` when everybody is on stable, which only the dead-man switch of the target does while our
 *   lease stands: this process was suspended, or cut off, for longer than the lease lives;
 *   `foreign-writer` for any other weight, or another version on that side
 */
export const checkInPlace = ({ weight, side, release }: Place, observed: TargetState): void => {
  if (observed.weight === 0 && weight > 0)
    throw new KitError(
      'weight-returned',
      `The target returned the traffic from ${weight} % to stable by itself: this run had not renewed its lease in time.`,
    )
  if (observed.weight !== weight)
    throw new KitError(
      'foreign-writer',
      `The canary has ${observed.weight} % of the traffic; deploy-kit had set ${weight} %. Nothing was touched.`,
    )
  const found = observed[side]?.release
  if (sameRelease(found, release)) return
  const running = found === undefined ? 'nothing' : shortDigest(found.digest)
  throw new KitError(
    'foreign-writer',
    `The ${side} side runs ${running}; deploy-kit had put ${shortDigest(release.digest)} there. Nothing was touched.`,
  )
}
