import { findLease, refuseHeld, savedRollout, type Lease, type Terminal, type Versioned } from '@deploy-kit/rollout'
import { portsForReturn } from '../deploy/ports.ts'
import { endRollout, untilTaken } from '../deploy/recover.ts'
import type { TargetContext } from '../kit/context.ts'
import { recordEnd } from '../records/record-end.ts'

/**
 * The rollout that is under way in a target, if there is one.
 * @throws KitError `lease-held` when it is a rollback by somebody else: two of them must not chase each other
 */
export const rolloutUnderWay = async ({ platform, run, signal }: TargetContext): Promise<Versioned<Lease> | undefined> => {
  const found = await findLease(platform.documents, run, signal)
  if (found.kind === 'free') return undefined
  if (found.kind === 'held' && savedRollout(found.lease.value)?.plan.kind === 'rollback') refuseHeld(found.lease)
  return found.lease
}

/** Ends the rollout that is under way, whoever holds it: whoever asks for a rollback does not wait for a release. */
export const endUnderWay = (context: TargetContext, reason: string): Promise<Terminal | undefined> =>
  untilTaken(async () => {
    const lease = await rolloutUnderWay(context)
    if (lease === undefined) return undefined
    context.log.warning(`Run ${lease.value.holder.id} is releasing (${lease.value.intent.doing}). Its rollout is ended first.`)
    context.aboutToChange()
    const request = { ...context, ports: portsForReturn(context), ended: (of: Lease, end: Terminal) => recordEnd(of, end, context) }
    return endRollout(lease, request, `The rollout was ended by a rollback of run ${context.run.id}: ${reason}`, 'release-superseded')
  })
