import { KitError, type RunIdentity } from '@deploy-kit/core'
import {
  findLease,
  holdLease,
  reconcile,
  refuseHeld,
  sameRelease,
  savedRollout,
  shortDigest,
  type HeldLease,
  type Intent,
  type Lease,
  type OnNewer,
  type Platform,
  type Release,
  type RolloutPorts,
  type SavedRollout,
  type Terminal,
  type Versioned,
} from '@deploy-kit/rollout'

/** A rollout of the same release that was frozen, or that an earlier attempt of this run began: it is carried on. */
export interface Resumable {
  readonly saved: SavedRollout
  readonly intent: Intent
  readonly version: string
}

export interface RecoverRequest {
  readonly platform: Platform
  /** Ports of a way home: what is found here is ended, and nobody judges that by the state of another rollout. */
  readonly ports: RolloutPorts
  readonly run: RunIdentity
  readonly release: Release
  readonly onNewer: OnNewer
  /** Why a rollout of the same release cannot be carried on with these settings; undefined when it can. */
  readonly objectionTo: (saved: SavedRollout) => KitError | undefined
  readonly signal: AbortSignal
  /** Hears what became of a rollout that was found and ended. */
  readonly ended: (lease: Lease, end: Terminal) => Promise<void>
}

/**
 * Looks at the lease before a new release begins. What a dead run left is ended first, what is ours is carried on, and
 * what somebody else holds is refused, or with `supersede` ended safely.
 * @throws KitError `lease-held`
 */
export const recover = (request: RecoverRequest): Promise<Resumable | undefined> => untilTaken(() => recoverOnce(request))

const attempts = 10

/**
 * A live holder writes its lease at each look, which may fall between our look at the lease and the write that takes it
 * over. Then everything is looked at again: the lease may be free by now, or not ours to take any more.
 */
export const untilTaken = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof KitError) || error.code !== 'document-conflict' || attempt === attempts) throw error
    }
  }
}

const recoverOnce = async (request: RecoverRequest): Promise<Resumable | undefined> => {
  const { platform, ports, run, signal } = request
  const found = await findLease(platform.documents, run, signal)
  if (found.kind === 'free') return undefined
  const saved = savedRollout(found.lease.value)
  const frozen = saved?.state.phase === 'frozen'
  if (saved !== undefined && (frozen || found.kind === 'own') && sameRelease(saved.plan.release, request.release)) {
    const objection = request.objectionTo(saved)
    if (objection !== undefined) {
      ports.log.warning(`${objection.message} It is brought home, and the release begins anew.`)
      await endRollout(found.lease, request, objection.message, 'judge-changed')
      return undefined
    }
    ports.log.info(`Carrying on the rollout of ${shortDigest(request.release.digest)} that stopped at: ${found.lease.value.intent.doing}.`)
    return { saved, intent: found.lease.value.intent, version: found.lease.version }
  }
  if (found.kind === 'held' && !frozen && request.onNewer === 'refuse') refuseHeld(found.lease)
  const why = found.kind === 'held' && !frozen ? 'superseded by' : 'recovered by'
  ports.log.warning(`Run ${found.lease.value.holder.id} left a rollout behind (${found.lease.value.intent.doing}). It is ended first.`)
  await endRollout(
    found.lease,
    request,
    `The rollout was ${why} run ${run.id}.`,
    found.kind === 'held' ? 'release-superseded' : 'cancelled',
  )
  return undefined
}

/** Takes a lease over and brings home what it stands for. */
export const endRollout = async (
  found: Versioned<Lease>,
  request: Omit<RecoverRequest, 'release' | 'onNewer' | 'objectionTo'>,
  text: string,
  code: 'release-superseded' | 'judge-changed' | 'cancelled' = 'cancelled',
): Promise<Terminal> => {
  const held = await takeOver(found, request)
  const end = await reconcile(found.value, held, request.ports, { code, text }, (terminal) => request.ended(found.value, terminal))
  request.ports.log.info(`The traffic is home: ${end.phase.replaceAll('-', ' ')}.`)
  return end
}

/** The lease with our name on it and the old intent, so that whoever follows us, if we end here, knows the same. */
const takeOver = (
  found: Versioned<Lease>,
  { platform, ports, run }: Pick<RecoverRequest, 'platform' | 'ports' | 'run'>,
): Promise<HeldLease> =>
  holdLease({
    documents: platform.documents,
    run,
    ttlMs: found.value.ttlMs,
    intent: found.value.intent,
    state: found.value.state,
    replaces: found.version,
    clock: ports.clock,
    log: ports.log,
  })
