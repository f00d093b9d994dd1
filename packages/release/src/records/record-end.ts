import { messageOf } from '@deploy-kit/core'
import { recordStore, type ReleaseRecord } from '@deploy-kit/records'
import { savedRollout, type Lease, type LoggedEvent, type Plan, type Terminal } from '@deploy-kit/rollout'
import type { TargetContext } from '../kit/context.ts'

/**
 * Writes down how a rollout ended, while its lease is still held, so that no release begins before this one is recorded.
 * A record that cannot be written is a warning: the traffic matters more.
 */
export const recordEnd = async (
  lease: Pick<Lease, 'holder' | 'state'>,
  end: Terminal,
  { platform, clock, log }: TargetContext,
  why: { readonly evidence?: LoggedEvent['evidence'] | undefined; readonly reason?: string | undefined } = {},
): Promise<void> => {
  const plan = savedRollout(lease as Lease)?.plan
  if (plan === undefined || end.phase === 'frozen') return
  const at = clock.now()
  const record: ReleaseRecord = {
    id: `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${plan.release.digest.slice(7, 13)}`,
    kind: plan.kind,
    release: plan.release,
    at,
    run: lease.holder,
    outcome: end.phase === 'aborted' && end.reason.code === 'release-superseded' ? 'superseded' : end.phase,
    verified: verified(plan, end),
    ...(plan.replaces !== undefined && { replaced: plan.replaces.digest }),
    ...reasonOf(end, why.reason),
    ...(why.evidence !== undefined && { evidence: why.evidence.text }),
  }
  const never = new AbortController().signal
  await recordStore(platform.documents)
    .append(record, never)
    .catch((error: unknown) => log.warning(`The release could not be recorded: ${messageOf(error)}`))
}

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
