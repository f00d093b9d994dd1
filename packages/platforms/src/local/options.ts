import { parseDuration } from '@deploy-kit/core'
import { z } from 'zod'
import { defaultAdminPort } from './protocol.ts'

const duration = (fallback: string): z.ZodDefault<z.ZodString> =>
  z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'a duration such as 500ms, 30s or 1m30s')
    .default(fallback)

/** The local platform's part of an environment in deploy-kit.yml: `platform: { local: { … } }`. */
export const localOptions = z.strictObject({
  admin: z
    .url({ protocol: /^http$/ })
    .default(`http://127.0.0.1:${defaultAdminPort}`)
    .describe('Address of the admin API, as `deploy-kit serve` prints it.'),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/)
    .optional()
    .describe('Name of the app at the edge. Default: `<app>.<environment>`.'),
  replicas: z.int().min(1).max(32).default(1).describe('Processes per version.'),
  readiness: z.string().startsWith('/').default('/').describe('Path that answers 2xx when a version is ready.'),
  'ready-within': duration('30s').describe('Time that a version has to become ready.'),
  'keep-old-for': duration('30s').describe('How long the replaced version stays warm after a promotion, so that going back is instant.'),
})

export type LocalOptions = z.infer<typeof localOptions>
