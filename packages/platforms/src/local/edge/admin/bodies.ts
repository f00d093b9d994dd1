import { z } from 'zod'
import type { PrepareBody, PromoteBody, WeightBody } from '../../protocol.ts'

const percent = z.int().min(0).max(100)

export const releaseSchema = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  image: z.string().min(1),
  commit: z.string().exactOptional(),
  version: z.string().exactOptional(),
  environment: z.record(z.string().regex(/^[^=\0]+$/), z.string().regex(/^[^\0]*$/)),
  configuration: z.string(),
})

export const settingsSchema = z.object({
  replicas: z.int().min(1).max(32),
  readiness: z.string().startsWith('/'),
  readyWithinMs: z.number().positive(),
  keepOldForMs: z.number().min(0),
})

export const prepareBody: z.ZodType<PrepareBody> = z.strictObject({
  release: releaseSchema,
  settings: settingsSchema,
  attempt: z.string().min(1),
})

export const weightBody: z.ZodType<WeightBody> = z.strictObject({ weight: percent, expected: percent.exactOptional() })

export const promoteBody: z.ZodType<PromoteBody> = z.strictObject({
  expected: z.object({ digest: z.string(), configuration: z.string() }).exactOptional(),
})
