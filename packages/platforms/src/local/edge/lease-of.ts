import { formatDuration, KitError } from '@deploy-kit/core'
import { leaseDocument, type Intent, type Versioned } from '@deploy-kit/rollout'
import { z } from 'zod'
import { holderName } from '../protocol.ts'
import type { DocumentShelf } from './document-shelf.ts'

/** The part of the lease document that the edge acts upon. */
const leaseSchema = z.object({
  holder: z.object({ id: z.string(), attempt: z.number() }),
  ttlMs: z.number().positive(),
  intent: z.object({ safe: z.enum(['stable', 'canary']), from: z.string().optional(), to: z.string() }),
})

export interface KnownLease {
  readonly holder: { readonly id: string; readonly attempt: number }
  readonly ttlMs: number
  readonly intent: Pick<Intent, 'safe' | 'to'> & { readonly from?: string | undefined }
}

/** The lease of an app; undefined when there is none, or none that can be understood. */
export const leaseOf = (documents: DocumentShelf): Versioned<KnownLease> | undefined => {
  const document = documents.read(leaseDocument)
  if (document === undefined) return undefined
  const { data } = leaseSchema.safeParse(document.value)
  return data === undefined ? undefined : { ...document, value: data }
}

/** @throws KitError `lease-required` unless `holder` names the holder of a lease that has not expired */
export const requireLease = (documents: DocumentShelf, holder: string | undefined): void => {
  const lease = leaseOf(documents)
  if (lease === undefined) throw new KitError('lease-required', 'Nobody holds the lease of this app.')
  const { value, ageMs } = lease
  const owner = holderName(value.holder)
  if (holder !== owner)
    throw new KitError('lease-required', `The lease is held by ${owner}; the change was asked for by ${holder ?? 'nobody'}.`)
  if (ageMs > value.ttlMs)
    throw new KitError(
      'lease-required',
      `The lease of ${owner} expired: it was written ${formatDuration(ageMs)} ago and lives ${formatDuration(value.ttlMs)}.`,
    )
}
