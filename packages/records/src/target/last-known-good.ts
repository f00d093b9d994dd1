import { sameRelease, type Release } from '@deploy-kit/rollout'
import { isVerified, type ReleaseRecord } from '../record.ts'
import { quarantined } from './quarantine.ts'

/**
 * The newest record of a release that was promoted and verified in this environment, is not the one that serves, and was
 * not found bad since. "The one before" is not asked for: it may be the broken one.
 *
 * @param records newest first
 * @param current what serves now
 */
export const lastKnownGood = (records: readonly ReleaseRecord[], current: Release | undefined): ReleaseRecord | undefined =>
  records.find(
    (record) =>
      record.outcome === 'promoted' &&
      isVerified(record) &&
      !sameRelease(record.release, current) &&
      quarantined(records, record.release) === undefined,
  )
