import { formatDuration, KitError, type ReasonCode } from '@deploy-kit/core'
import { sameRelease, type Release } from '@deploy-kit/rollout'
import type { ReleaseRecord } from '../record.ts'
import { bestRecord, candidates, describeCandidate, refusalOf } from './candidates.ts'
import { lastKnownGood } from './last-known-good.ts'

export interface ChoiceOptions {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The oldest that `last-known-good` may be. What is named by digest or record may be older. */
  readonly maxAgeMs?: number
  /** Whether a release that was promoted here, but never verified, will do. */
  readonly allowUnverified?: boolean
}

export type Choice =
  /** Nothing to do: the target serves already. */
  { readonly kind: 'already-there'; readonly record: ReleaseRecord } | { readonly kind: 'return'; readonly record: ReleaseRecord }

/**
 * Which release to return to. Asked twice, with the first return done in between, the second answer is `already-there`.
 *
 * @param records newest first
 * @param wanted `last-known-good`, a digest or the beginning of one, or the id of a record
 * @param current what serves now
 * @throws KitError `rollback-target-missing`, `rollback-target-ambiguous`, `rollback-target-unverified`,
 * `rollback-target-quarantined` or `rollback-target-too-old`, each with the releases that can be taken
 */
export const chooseTarget = (
  records: readonly ReleaseRecord[],
  wanted: string,
  current: Release | undefined,
  options: ChoiceOptions,
): Choice => {
  const context = { records, current, options }
  return wanted === 'last-known-good' ? chooseLastKnownGood(context) : chooseNamed(wanted, context)
}

interface Context {
  readonly records: readonly ReleaseRecord[]
  readonly current: Release | undefined
  readonly options: ChoiceOptions
}

const chooseLastKnownGood = (context: Context): Choice => {
  const { records, current, options } = context
  const returned = returnToCurrent(records, current)
  if (returned !== undefined) return { kind: 'already-there', record: returned }
  const good = lastKnownGood(records, current) ?? (options.allowUnverified === true ? lastPromoted(records, current) : undefined)
  if (good === undefined)
    throw refuse('rollback-target-missing', 'No other release was promoted and verified here and is still good', context)
  const age = options.now - good.at
  if (options.maxAgeMs !== undefined && age > options.maxAgeMs)
    throw refuse(
      'rollback-target-too-old',
      `The last known good release, ${good.id}, is ${formatDuration(age)} old; allowed are ${formatDuration(options.maxAgeMs)}`,
      context,
    )
  return { kind: 'return', record: good }
}

/**
 * The record by which what serves came back, when nothing was promoted since. A second rollback would otherwise go on to
 * the release before, or flip back to the bad one.
 */
const returnToCurrent = (records: readonly ReleaseRecord[], current: Release | undefined): ReleaseRecord | undefined => {
  const last = records.find(({ outcome }) => outcome === 'promoted' || outcome === 'rolled-back')
  if (last === undefined || current === undefined) return undefined
  if (last.outcome === 'promoted') return last.kind === 'rollback' && sameRelease(last.release, current) ? last : undefined
  return last.replaced === current.digest ? records.find((record) => sameRelease(record.release, current)) : undefined
}

const lastPromoted = (records: readonly ReleaseRecord[], current: Release | undefined): ReleaseRecord | undefined =>
  records.find((record) => {
    const refusal = refusalOf(records, record)
    return !sameRelease(record.release, current) && (refusal === undefined || refusal.canBeAllowed)
  })

const chooseNamed = (wanted: string, context: Context): Choice => {
  const { records, current, options } = context
  const record = records.find(({ id }) => id === wanted) ?? recordOfDigest(wanted, context)
  if (sameRelease(record.release, current)) return { kind: 'already-there', record }
  const refusal = refusalOf(records, record)
  if (refusal === undefined || (refusal.canBeAllowed && options.allowUnverified === true)) return { kind: 'return', record }
  throw refuse(refusal.code, `\`${wanted}\` cannot be returned to: ${refusal.text}`, context)
}

const digestPrefix = /^(?:sha256:)?([0-9a-f]{6,64})$/

const recordOfDigest = (wanted: string, context: Context): ReleaseRecord => {
  const prefix = digestPrefix.exec(wanted)?.[1]
  if (prefix === undefined)
    throw refuse(
      'rollback-target-missing',
      `\`${wanted}\` is neither \`last-known-good\`, a digest (6 digits or more) nor a record`,
      context,
    )
  const found = context.records.filter(({ release }) => release.digest.startsWith(`sha256:${prefix}`))
  const digests = [...new Set(found.map(({ release }) => release.digest))]
  if (digests.length > 1) throw refuse('rollback-target-ambiguous', `\`${wanted}\` is the beginning of ${digests.join(' and ')}`, context)
  if (found.length === 0) throw refuse('rollback-target-missing', `No record here has the digest \`${wanted}\``, context)
  return bestRecord(found)
}

const mostShown = 8

const refuse = (reason: ReasonCode, what: string, { records, current }: Context): KitError => {
  const lines = candidates(records, current).map((candidate) => `\n  ${describeCandidate(candidate)}`)
  const list = lines.length === 0 ? ' There are no records yet.' : ` The releases here:${lines.slice(0, mostShown).join('')}`
  return new KitError(reason, `${what}.${list}`)
}
