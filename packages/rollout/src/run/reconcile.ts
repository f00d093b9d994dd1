import { KitError } from '@deploy-kit/core'
import type { HeldLease } from '../lease/hold.ts'
import { leaveOnError } from '../lease/leave-on-error.ts'
import { safeWeight, type Lease } from '../lease/lease.ts'
import { evolve } from '../state/evolve.ts'
import { refuseForeignWriter, resume } from '../state/resume.ts'
import { isTerminal, type Reason, type Terminal } from '../state/state.ts'
import type { RolloutPorts } from './ports.ts'
import { runRollout } from './run-rollout.ts'
import { savedRollout } from './saved-rollout.ts'

/**
 * Finishes what the holder of a lease left behind, whoever finds it: before the promotion the traffic goes home and the
 * canary goes; a promotion or a rollback that had begun is finished. Doing it twice changes nothing.
 * The caller holds the lease already. @throws KitError `foreign-writer`, having touched nothing
 */
export const reconcile = (
  lease: Lease,
  held: HeldLease,
  ports: RolloutPorts,
  reason: Reason,
  onEnd: (end: Terminal) => Promise<void> = async () => undefined,
): Promise<Terminal> => leaveOnError(held, () => finish(lease, held, ports, reason, onEnd))

const finish = async (
  lease: Lease,
  held: HeldLease,
  ports: RolloutPorts,
  reason: Reason,
  onEnd: (end: Terminal) => Promise<void>,
): Promise<Terminal> => {
  const never = new AbortController().signal
  const observed = await ports.target.describe(never)
  refuseForeignWriter(lease.intent, observed)
  const saved = savedRollout(lease)
  if (saved === undefined) return bringHome(lease, held, ports, reason)
  const resumed = resume(saved.plan, saved.state, observed)
  const state = evolve(saved.plan, resumed, { type: 'abort', reason })
  if (isTerminal(state)) {
    await onEnd(state)
    await held.release()
    return state
  }
  return runRollout({ ...saved, state, weight: observed.weight }, held, ports, { signal: never, onCancel: 'abort', freezeForMs: 0, onEnd })
}

/** A lease of a newer version of deploy-kit: its intent alone says where the traffic is safe. */
const bringHome = async (lease: Lease, held: HeldLease, ports: RolloutPorts, reason: Reason): Promise<Terminal> => {
  const never = new AbortController().signal
  await ports.target.shift(safeWeight(lease.intent), never)
  if (lease.intent.safe === 'canary')
    throw new KitError('foreign-writer', 'A promotion by a newer version of deploy-kit is half done; run that version to finish it.')
  await ports.target.discard(never)
  await held.release()
  return { phase: 'aborted', reason }
}
