import { lastKnownGood } from '../target/last-known-good.ts'
import type { ReleaseRecord } from '../record.ts'

/**
 * The newest records, and beyond the limit the two newest good ones: whichever of them serves, there is one to return to,
 * however many attempts have failed since.
 */
export const keepNewest = (records: readonly ReleaseRecord[], limit: number): readonly ReleaseRecord[] => {
  const good = lastKnownGood(records, undefined)
  const goodBefore = good && lastKnownGood(records, good.release)
  return records.filter((record, index) => index < limit || record === good || record === goodBefore)
}
