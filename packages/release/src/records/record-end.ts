import { messageOf, type Json } from '@deploy-kit/core'
import { recordStore, type ReleaseRecord } from '@deploy-kit/records'
import { sameRelease, savedRollout, type Lease, type LoggedEvent, type Plan, type Release, type Terminal } from '@deploy-kit/rollout'
import type { TargetContext } from '../kit/context.ts'

/**
 * Writes down how a rollout ended, while its lease is still held, so that no release begins before this one is recorded.
 * A record that cannot be written is a warning: the traffic matters more.
 */
export const recordEnd = async (
  lease: Pick<Lease, 'holder' | 'state'>,
  end: Terminal,
  { platform, clock, log }: TargetContext,
  why: {
    readonly evidence?: LoggedEvent['evidence'] | undefined
    readonly reason?: string | undefined
    readonly clumps?: Json | undefined
  } = {},
): Promise<void> => {
  const saved = savedRollout(lease as Lease)
  if (saved === undefined || end.phase === 'frozen') return
  const { plan } = saved
  const at = clock.now()
  const record: ReleaseRecord = {
    id: idOf(plan.release, at),
    kind: plan.kind,
    release: plan.release,
    at,
    run: lease.holder,
    outcome: end.phase === 'aborted' && end.reason.code === 'release-superseded' ? 'superseded' : end.phase,
    verified: verified(plan, end),
    ...(plan.replaces !== undefined && { replaced: plan.replaces.digest }),
    ...reasonOf(end, why.reason),
    ...(why.evidence !== undefined && { evidence: why.evidence.text }),
    ...(why.clumps !== undefined && { clumps: why.clumps }),
  }
  const never = new AbortController().signal
  const records = recordStore(platform.documents)
  const write = async (): Promise<void> => {
    const found = adopted(plan, saved.startedAt, lease.holder, await records.list(never))
    if (found !== undefined) await records.append(found, never)
    await records.append(record, never)
  }
  await write().catch((error: unknown) => log.warning(`The release could not be recorded: ${messageOf(error)}`))
}

/** What ran before without a record, so that one can return to it: what deploy-kit found when it came, or what somebody has put there since. */
const adopted = (
  { replaces }: Plan,
  at: number,
  run: ReleaseRecord['run'],
  records: readonly ReleaseRecord[],
): ReleaseRecord | undefined => {
  if (replaces === undefined || replaces.digest === '' || records.some(({ release }) => sameRelease(release, replaces))) return undefined
  return { id: idOf(replaces, at), kind: 'adopted', release: replaces, at, run, outcome: 'promoted', verified: {} }
}

const idOf = ({ digest }: Release, at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${digest.slice(7, 13)}`

/** What a release went through to be promoted: only what was really checked counts as verified. */
const verified = (plan: Plan, end: Terminal): ReleaseRecord['verified'] => {
  if (end.phase !== 'promoted') return { smoke: false, judge: false }
  const judged = plan.steps.some((step) => step.bake !== undefined) || (plan.watchMs > 0 && end.verified)
  return { smoke: plan.gatesBefore.includes('smoke'), judge: judged }
}

const reasonOf = (end: Terminal, asked: string | undefined): { readonly reason?: string } => {
  if (end.phase === 'aborted' || end.phase === 'rolled-back') return { reason: `${end.reason.code}: ${end.reason.text}` }
  return asked === undefined ? {} : { reason: asked }
}
