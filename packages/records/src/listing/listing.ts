import { code, inert, table } from '@deploy-kit/core'
import { sameRelease, shortDigest, type Release } from '@deploy-kit/rollout'
import type { ReleaseRecord } from '../record.ts'
import { refusalOf, timeOf } from '../target/candidates.ts'
import { lastKnownGood } from '../target/last-known-good.ts'

/** One record for people. Every cell is text as it is; who shows it escapes it. */
export interface ListingRow {
  readonly id: string
  readonly at: string
  readonly version: string
  readonly digest: string
  readonly commit: string
  /** `promoted`, `aborted`, …; with `rollback` before it when it was a return; `adopted` for what was there before. */
  readonly outcome: string
  /** `smoke`, `judge`, both, or `–`. */
  readonly verified: string
  readonly by: string
  /** `serves`, `last known good`, why one cannot return to it, or nothing. */
  readonly standing: string
}

/** The records for people, newest first, as rows and as a Markdown table. `current`: what serves now. */
export const listing = (
  records: readonly ReleaseRecord[],
  current?: Release,
): { readonly rows: readonly ListingRow[]; readonly markdown: string } => {
  const good = lastKnownGood(records, current)
  const rows = records.map((record): ListingRow => ({
    id: record.id,
    at: timeOf(record),
    version: record.release.version ?? '–',
    digest: shortDigest(record.release.digest),
    commit: record.release.commit?.slice(0, 7) ?? '–',
    outcome: record.kind === 'adopted' ? 'adopted' : record.kind === 'rollback' ? `rollback, ${record.outcome}` : record.outcome,
    verified: (['smoke', 'judge'] as const).filter((by) => record.verified[by] === true).join(', ') || '–',
    by: record.run.actor ?? record.run.id,
    standing: sameRelease(record.release, current)
      ? 'serves'
      : record === good
        ? 'last known good'
        : (refusalOf(records, record)?.text ?? ''),
  }))
  return { rows, markdown: records.length === 0 ? 'No release has been recorded here yet.' : markdownOf(rows) }
}

const markdownOf = (rows: readonly ListingRow[]): string =>
  table(
    ['When', 'Version', 'Digest', 'Commit', 'Outcome', 'Verified by', 'By', 'Standing', 'Record'],
    rows.map(({ at, version, digest, commit, outcome, verified, by, standing, id }) => [
      at,
      inert(version),
      code(digest),
      code(commit),
      outcome,
      verified,
      inert(by),
      inert(standing),
      code(id),
    ]),
  )
