import { sameRelease, shortDigest, type Release } from '@deploy-kit/rollout'
import { isVerified, type ReleaseRecord } from '../record.ts'
import { quarantined } from './quarantine.ts'

/** Why a release cannot be returned to, as a reason code and a sentence. */
export interface Refusal {
  readonly code: 'rollback-target-quarantined' | 'rollback-target-unverified'
  readonly text: string
  /** Whether `allowUnverified` lifts it. */
  readonly canBeAllowed: boolean
}

/** A release that one could return to. */
export interface Candidate {
  /** The record that speaks best for it. */
  readonly record: ReleaseRecord
  /** Whether it serves now. */
  readonly serves: boolean
  readonly refusal: Refusal | undefined
}

/** Every release of the records once, newest first, with what stands against it. */
export const candidates = (records: readonly ReleaseRecord[], current: Release | undefined): readonly Candidate[] => {
  const found: ReleaseRecord[] = []
  for (const record of records) if (!found.some((other) => sameRelease(other.release, record.release))) found.push(record)
  return found.map(({ release }) => {
    const record = bestRecord(records.filter((other) => sameRelease(other.release, release)))
    return { record, serves: sameRelease(release, current), refusal: refusalOf(records, record) }
  })
}

/** What stands against returning to the release of a record. */
export const refusalOf = (records: readonly ReleaseRecord[], record: ReleaseRecord): Refusal | undefined => {
  const bad = quarantined(records, record.release)
  if (bad !== undefined) {
    // Lines after the first are those of a log.
    const why = bad.reason === undefined ? '' : ` (${bad.reason.split('\n', 1)[0]})`
    const how = bad.outcome === 'promoted' ? `was rolled back from by ${bad.id}` : `was ${bad.outcome} by ${bad.id}`
    return { code: 'rollback-target-quarantined', text: `it ${how} at ${timeOf(bad)}${why}`, canBeAllowed: false }
  }
  if (record.outcome !== 'promoted')
    return {
      code: 'rollback-target-unverified',
      text: `it was never promoted here: ${record.outcome} at ${timeOf(record)}`,
      canBeAllowed: false,
    }
  if (isVerified(record)) return undefined
  const text =
    record.kind === 'adopted'
      ? 'it ran here before deploy-kit came, and nothing has verified it'
      : 'neither a smoke test nor the judge has verified it here'
  return { code: 'rollback-target-unverified', text, canBeAllowed: true }
}

/** One line for people: which release, and what speaks for or against it. */
export const describeCandidate = ({ record, serves, refusal }: Candidate): string => {
  const { id, release } = record
  const version = release.version === undefined ? '' : ` (${release.version})`
  return `${id}: ${shortDigest(release.digest)}${version}, ${timeOf(record)}, ${serves ? 'serves now' : (refusal?.text ?? 'verified')}`
}

/** Promoted and verified speaks better than promoted, which speaks better than the rest; then the newest. */
export const bestRecord = (ofOneRelease: readonly ReleaseRecord[]): ReleaseRecord => {
  const promoted = ofOneRelease.filter(({ outcome }) => outcome === 'promoted')
  const best = promoted.find(isVerified) ?? promoted[0] ?? ofOneRelease[0]
  if (best === undefined) throw new RangeError('A release without a record')
  return best
}

/** `2026-01-02 03:04 UTC`. */
export const timeOf = ({ at }: ReleaseRecord): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
