import { sameRelease, type Release } from '@deploy-kit/rollout'
import type { ReleaseRecord } from '../record.ts'

/** Aborts that say something about the version. A cancelled job or a lost lease says nothing. */
const aboutTheVersion = new Set(['canary-failing', 'canary-not-ready', 'smoke-failed', 'watch-failed'])

/**
 * The record by which a release was last found bad here; undefined when it was not, or when it was promoted again since.
 * A release that somebody rolled back from is bad too, though nothing was written under its own name.
 */
export const quarantined = (records: readonly ReleaseRecord[], release: Release): ReleaseRecord | undefined => {
  for (const record of records) {
    if (sameRelease(record.release, release)) {
      if (record.outcome === 'promoted') return undefined
      if (record.outcome === 'rolled-back' || (record.outcome === 'aborted' && isAboutTheVersion(record))) return record
    } else if (record.kind === 'rollback' && record.outcome === 'promoted' && record.replaced === release.digest) return record
  }
  return undefined
}

const isAboutTheVersion = ({ reason = '' }: ReleaseRecord): boolean => aboutTheVersion.has(reason.split(':', 1)[0] ?? '')
