import type { ActionResult, Json } from '@deploy-kit/core'
import { candidates as candidatesOf, listing } from '@deploy-kit/records'
import type { TargetContext } from '../kit/context.ts'
import { releasesOf } from './rollback.ts'

/** The releases that one can return to, and why not when one cannot be taken. */
export const candidates = async (context: TargetContext): Promise<ActionResult<'digest' | 'changed' | 'candidates'>> => {
  const { target, platform, signal, log } = context
  const records = await releasesOf(context)
  const { stable } = await platform.target.describe(signal)
  const found = candidatesOf(records, stable?.release)
  const rows = found.map(({ record, serves, refusal }) => ({
    id: record.id,
    digest: record.release.digest,
    version: record.release.version ?? null,
    at: new Date(record.at).toISOString(),
    serves,
    refusal: refusal?.text ?? null,
  }))
  const shown = listing(records, stable?.release)
  for (const row of shown.rows) log.info([row.id, row.at, row.version, row.digest, row.outcome, row.standing].join('  '))
  const json: Json = rows
  return {
    ok: true,
    outcome: 'listed',
    reasonCode: 'ok',
    reason: `${rows.length} releases of ${target.app} in ${target.environment}.`,
    result: { version: 1, kind: 'releases', releases: json },
    outputs: { digest: stable?.release.digest ?? '', changed: 'false', candidates: JSON.stringify(json) },
    summary: shown.markdown,
  }
}
