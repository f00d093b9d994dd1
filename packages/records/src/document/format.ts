import { KitError } from '@deploy-kit/core'
import * as z from 'zod'
import type { ReleaseRecord } from '../record.ts'

/** Version of the document that this code writes. It reads this one and every one before. */
export const formatVersion = 1

const release = z.object({
  digest: z.string(),
  image: z.string(),
  commit: z.string().exactOptional(),
  version: z.string().exactOptional(),
  environment: z.record(z.string(), z.string()).default({}),
  configuration: z.string().default(''),
})

const record = z.object({
  id: z.string(),
  kind: z.enum(['release', 'rollback', 'adopted']).default('release'),
  release,
  at: z.number(),
  run: z
    .object({ id: z.string(), attempt: z.number().default(1), link: z.string().exactOptional(), actor: z.string().exactOptional() })
    .default({ id: 'unknown', attempt: 1 }),
  outcome: z.enum(['promoted', 'aborted', 'rolled-back', 'superseded']),
  reason: z.string().exactOptional(),
  evidence: z.string().exactOptional(),
  clumps: z.json().exactOptional(),
  // Absent is unverified: nothing is ever taken for verified because the record does not say.
  verified: z.object({ smoke: z.boolean().exactOptional(), judge: z.boolean().exactOptional() }).default({}),
  replaced: z.string().exactOptional(),
})

const format = z.object({ version: z.literal(formatVersion), records: z.array(record) })

/**
 * The records of a stored document, newest first.
 * @throws KitError `records-newer` when a newer deploy-kit wrote it; `records-invalid` naming what is wrong
 */
export const readRecords = (document: unknown): readonly ReleaseRecord[] => {
  const version = typeof document === 'object' && document !== null && 'version' in document ? document.version : undefined
  if (typeof version === 'number' && version > formatVersion)
    throw new KitError('records-newer', `The records have the format ${version}; this deploy-kit reads formats up to ${formatVersion}.`)
  const result = format.safeParse(document)
  if (result.success) return result.data.records
  const [issue] = result.error.issues
  throw new KitError('records-invalid', `The records cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no records'}.`)
}
