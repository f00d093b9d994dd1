import type { ReasonCode } from '@deploy-kit/core'
import { findLease, savedRollout, type Terminal } from '@deploy-kit/rollout'
import { endRollout, untilTaken } from '../deploy/recover.ts'
import { portsForReturn } from '../deploy/ports.ts'
import type { TargetContext } from '../kit/context.ts'
import { recordEnd } from '../records/record-end.ts'

/** What reconcile found and did. */
export interface Reconciled {
  /** `clean`: no lease. `left`: a live run, or a frozen rollout whose time is not over. `planned`: a dry run. `ended`: what was left behind is finished. */
  readonly kind: 'clean' | 'left' | 'planned' | 'ended'
  readonly text: string
  readonly reasonCode: ReasonCode
  readonly end?: Terminal
}

/**
 * Finishes what a cancelled or killed run left in a target: the one way home of `post`, of the rollback job, of the
 * watcher and of the next release. Done twice it changes nothing. A live run of somebody else is left alone, and so is
 * a rollout that was frozen on purpose, until its time is over.
 */
export const reconcileTarget = (context: TargetContext, { dryRun } = { dryRun: false }): Promise<Reconciled> =>
  untilTaken(() => reconcileOnce(context, dryRun))

const reconcileOnce = async (context: TargetContext, dryRun: boolean): Promise<Reconciled> => {
  const { platform, run, signal, log } = context
  const found = await findLease(platform.documents, run, signal)
  if (found.kind === 'free') return { kind: 'clean', text: 'No run has left anything behind.', reasonCode: 'ok' }
  const { holder, intent, ttlMs } = found.lease.value
  const frozen = savedRollout(found.lease.value)?.state.phase === 'frozen'
  const expired = found.lease.ageMs > ttlMs
  if (frozen && !expired)
    return { kind: 'left', text: `Run ${holder.id} froze its rollout on purpose (${intent.doing}).`, reasonCode: 'frozen' }
  if (found.kind === 'held') return { kind: 'left', text: `Run ${holder.id} is alive (${intent.doing}).`, reasonCode: 'lease-held' }
  if (dryRun)
    return {
      kind: 'planned',
      text: `Run ${holder.id} left a rollout behind (${intent.doing}). It would be ended, with the traffic on ${intent.safe}.`,
      reasonCode: 'ok',
    }
  log.info(`Run ${holder.id} (attempt ${holder.attempt}) left a rollout behind: ${intent.doing}.`)
  context.aboutToChange()
  const ports = portsForReturn(context)
  const end = await endRollout(
    found.lease,
    { ...context, ports, ended: (lease, terminal) => recordEnd(lease, terminal, context) },
    'The run that released it ended before the rollout did.',
  )
  return { kind: 'ended', text: `The traffic is home: ${end.phase.replaceAll('-', ' ')}.`, reasonCode: 'ok', end }
}
