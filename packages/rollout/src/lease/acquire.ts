import { formatDuration, KitError, type RunIdentity } from '@deploy-kit/core'
import type { DocumentStore, Versioned } from '../ports/documents.ts'
import { leaseDocument, type Lease } from './lease.ts'

/** What to do about another release that is under way for the same app. */
export type OnNewer = 'refuse' | 'supersede'

/** The lease as it was found, and whether the one who asks may take it. */
export type Found =
  | { readonly kind: 'free' }
  /** Ours: an earlier attempt of the same run, or this very one. */
  | { readonly kind: 'own'; readonly lease: Versioned<Lease> }
  /** Its holder is gone. */
  | { readonly kind: 'expired'; readonly lease: Versioned<Lease> }
  | { readonly kind: 'held'; readonly lease: Versioned<Lease> }

export const findLease = async (documents: DocumentStore, run: RunIdentity, signal: AbortSignal): Promise<Found> => {
  const document = await documents.read(leaseDocument, signal)
  if (document === undefined) return { kind: 'free' }
  const lease = { ...document, value: document.value as unknown as Lease }
  const { holder, ttlMs } = lease.value
  if (holder.id === run.id && holder.attempt <= run.attempt) return { kind: 'own', lease }
  return { kind: lease.ageMs > ttlMs ? 'expired' : 'held', lease }
}

/** @throws KitError `lease-held`, naming the run, its step, the age of its last sign of life and its link */
export const refuseHeld = (lease: Versioned<Lease>): never => {
  const { holder, intent, ttlMs } = lease.value
  const link = holder.link === undefined ? '' : ` ${holder.link}`
  const actor = holder.actor === undefined ? '' : ` of ${holder.actor}`
  throw new KitError(
    'lease-held',
    `Run ${holder.id} (attempt ${holder.attempt})${actor} is releasing ${intent.to}: ${intent.doing}, ` +
      `last sign of life ${formatDuration(lease.ageMs)} ago, expires after ${formatDuration(ttlMs)}.${link}`,
  )
}
