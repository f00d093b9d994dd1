import { KitError, type Json, type RunIdentity } from '@deploy-kit/core'
import { leaseDocument, type DocumentStore } from '@deploy-kit/rollout'
import { asLease } from './lease-object.ts'

/**
 * Keeps changes to the holder of the lease. A cluster cannot refuse them for us, so this does: a run that has written the lease
 * itself and was not told otherwise holds it; any other has to read it first. So the way home of a holder stays one request.
 */
export interface LeaseGuard {
  /** @throws KitError `lease-required` naming who holds it */
  require(signal: AbortSignal): Promise<void>
  /** The documents, listening for what becomes of the lease. */
  readonly documents: DocumentStore
}

export const leaseGuard = (documents: DocumentStore, holder: RunIdentity): LeaseGuard => {
  let held = false
  const isOurs = (document: Json | undefined): boolean => {
    const found = asLease(document)?.holder
    return found?.id === holder.id && found.attempt === holder.attempt
  }
  const note =
    (name: string, after: boolean) =>
    <T>(result: T): T => {
      if (name === leaseDocument) held = after
      return result
    }
  const lost =
    (name: string) =>
    (error: unknown): never => {
      if (name === leaseDocument && error instanceof KitError && error.code === 'document-conflict') held = false
      throw error
    }
  return {
    require: async (signal) => {
      if (held) return
      const found = await documents.read(leaseDocument, signal)
      if (isOurs(found?.value)) return
      const lease = asLease(found?.value)
      const who = lease === undefined ? 'Nobody holds it' : `Run ${lease.holder.id} (attempt ${lease.holder.attempt}) holds it`
      throw new KitError('lease-required', `The lease of this app is not held by this run. ${who}.`)
    },
    documents: {
      read: (name, signal) => documents.read(name, signal),
      write: (name, value, expected, signal) =>
        documents.write(name, value, expected, signal).then(note(name, name === leaseDocument && isOurs(value)), lost(name)),
      remove: (name, expected, signal) => documents.remove(name, expected, signal).then(note(name, false), lost(name)),
    },
  }
}
