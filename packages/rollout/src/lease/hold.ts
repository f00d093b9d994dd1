import { KitError, messageOf, type Clock, type Json, type Logger, type RunIdentity } from '@deploy-kit/core'
import type { DocumentStore } from '../ports/documents.ts'
import { leaseDocument, type Intent, type Lease } from './lease.ts'

/** A lease in hand. Writes are serialised, so the heartbeat never overtakes an intent. */
export interface HeldLease {
  /** Stores the intent and the state before they are acted upon. @throws KitError `lease-lost` */
  write(intent: Intent, state: Json, ttlMs?: number): Promise<void>
  /** Gives the lease back. A lease that was lost is left alone. */
  release(): Promise<void>
  /** Stops the heartbeat and leaves the lease in place, to expire or to be taken over. */
  leave(): Promise<void>
  readonly intent: Intent
  /** Aborted, with a KitError `lease-lost`, when somebody else has taken the lease. */
  readonly lost: AbortSignal
}

export interface HoldRequest {
  readonly documents: DocumentStore
  readonly run: RunIdentity
  readonly ttlMs: number
  readonly intent: Intent
  readonly state: Json
  /** Version of the lease that is replaced; undefined when there is none. */
  readonly replaces: string | undefined
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Takes the lease by compare-and-set and keeps it alive with a write every third of its time to live.
 * @throws KitError `document-conflict` when somebody was faster
 */
export const holdLease = async (request: HoldRequest): Promise<HeldLease> => {
  const { documents, run, clock } = request
  const { id, attempt, link, actor } = run
  const holder = { id, attempt, ...(link !== undefined && { link }), ...(actor !== undefined && { actor }) }
  // Lease traffic must go on while the rest is being aborted, so it has a signal of its own.
  const never = new AbortController().signal
  const lost = new AbortController()
  const stopped = new AbortController()
  let lease: Lease = { holder, acquiredAt: clock.now(), ttlMs: request.ttlMs, intent: request.intent, state: request.state }
  let version: string | undefined = await acquire()
  let queue: Promise<unknown> = Promise.resolve()

  function put(expected: string | undefined): Promise<string> {
    return documents.write(leaseDocument, lease as unknown as Json, expected, never)
  }

  async function acquire(): Promise<string> {
    try {
      return await put(request.replaces)
    } catch (error) {
      const found = isConflict(error) ? await find() : undefined
      if (found?.isOurs !== true) throw error
      return found.version
    }
  }

  /**
   * The lease as it stands. A write whose answer was lost looks like a conflict with ourselves. The holder's name alone does
   * not tell: `post`, or another job of the same run, has the same one, and has acquired the lease at another time.
   */
  async function find(): Promise<{ readonly value: Lease; readonly version: string; readonly isOurs: boolean } | undefined> {
    const found = await documents.read(leaseDocument, never)
    if (found === undefined) return undefined
    const value = found.value as unknown as Lease
    const isOurs = value.holder.id === id && value.holder.attempt === attempt && value.acquiredAt === lease.acquiredAt
    return { value, version: found.version, isOurs }
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work, work)
    queue = turn.catch(() => undefined)
    return turn
  }

  const store = async (): Promise<void> => {
    lost.signal.throwIfAborted()
    try {
      version = await put(version)
    } catch (error) {
      if (!isConflict(error)) throw error
      const found = await find()
      if (found?.isOurs !== true) lose(found?.value)
      version = await put(found?.version)
    }
  }

  const lose = (other: Lease | undefined): void => {
    const by =
      other === undefined
        ? 'It is gone.'
        : `Run ${other.holder.id} (attempt ${other.holder.attempt}) holds it now. ${other.holder.link ?? ''}`
    lost.abort(new KitError('lease-lost', `The lease of this run was taken over. ${by}`.trim()))
    lost.signal.throwIfAborted()
  }

  const ended = AbortSignal.any([stopped.signal, lost.signal])
  const beat = async (): Promise<void> => {
    while (!ended.aborted) {
      await clock.sleep(lease.ttlMs / 3, ended)
      // Once more in its turn: a beat that is due at the moment of the release must not bring the lease back.
      await inTurn(async () => ended.aborted || store()).catch((error: unknown) =>
        request.log.debug(`lease heartbeat: ${messageOf(error)}`),
      )
    }
  }
  beat().catch(() => undefined) // Ends when it is stopped.

  return {
    get intent() {
      return lease.intent
    },
    lost: lost.signal,
    write: (intent, state, ttlMs = lease.ttlMs) =>
      inTurn(() => {
        lease = { ...lease, intent, state, ttlMs }
        return store()
      }),
    leave: () => {
      stopped.abort()
      return inTurn(async () => undefined)
    },
    release: () => {
      stopped.abort()
      return inTurn(async () => {
        if (version === undefined || lost.signal.aborted) return
        await documents.remove(leaseDocument, version, never).catch(async (error: unknown) => {
          if (!isConflict(error)) throw error
          const found = await find()
          if (found?.isOurs === true) await documents.remove(leaseDocument, found.version, never)
        })
        version = undefined
      })
    },
  }
}

const isConflict = (error: unknown): boolean => error instanceof KitError && error.code === 'document-conflict'
