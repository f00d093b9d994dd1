import { formatDuration, KitError, type Clock } from '@deploy-kit/core'
import type { ScanRecord } from './record.ts'

/** What a release asks of the scan of what it releases. */
export interface ScanRequirement {
  readonly digest: string
  readonly maxAgeMs: number
  /** Where the record is from, for messages. */
  readonly source: string
}

const toleranceMs = 5 * 60 * 1_000

/**
 * Makes sure that a digest was scanned, not too long ago, and passed. Whether the record says the truth is not asked here: it is
 * handed on inside a run, or its signature was verified before (docs/scan-trivy.md#require-a-scan-before-a-release).
 * @throws KitError `scan-of-another-digest`, `scan-too-old`, `scan-not-passed`
 */
export const requireScan = ({ predicate, digests }: ScanRecord, { digest, maxAgeMs, source }: ScanRequirement, clock: Clock): void => {
  const { verdict, subject, failing } = predicate.deployKit
  if (!digests.includes(digest))
    throw new KitError('scan-of-another-digest', `\`${source}\` is about ${digests.join(', ') || 'no image'}; ${digest} is to be released.`)
  const ageMs = clock.now() - Date.parse(predicate.metadata.scanFinishedOn)
  // A clock may differ a little from the one of the machine that scanned.
  if (ageMs > maxAgeMs || ageMs < -toleranceMs) {
    const age = ageMs < 0 ? `${formatDuration(-ageMs)} in the future` : `${formatDuration(ageMs)} old`
    throw new KitError('scan-too-old', `The scan of ${subject} in \`${source}\` is ${age}; ${formatDuration(maxAgeMs)} are allowed.`)
  }
  if (verdict !== 'pass') throw new KitError('scan-not-passed', `The scan of ${subject} in \`${source}\` failed: ${failing} findings.`)
}
