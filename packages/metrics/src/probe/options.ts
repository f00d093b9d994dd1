import { expected, keys, duration } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { headers } from '../headers.ts'

/** The probe's part of the configuration: `judge: { probe: { … } }`. */
export const probeOptions = keys({
  path: z
    .string({ error: expected('a path that begins with /') })
    .startsWith('/', { error: expected('a path that begins with /') })
    .describe('Path that is asked for, with its query. It should do what users do, and change nothing.'),
  'per-second': z
    .number({ error: expected('a number of requests from 0.1 to 100') })
    .min(0.1, { error: expected('a number of requests from 0.1 to 100') })
    .max(100, { error: expected('a number of requests from 0.1 to 100') })
    .describe('Requests a second to each side.'),
  timeout: duration.exactOptional().describe('A request that takes longer has failed. Default 5s.'),
  headers: headers.exactOptional(),
}).describe(
  'Synthetic requests to both sides while the rollout lasts, for services with little traffic: evidence of their own kind, judged with the errors.',
)

export type ProbeOptions = z.output<typeof probeOptions>
