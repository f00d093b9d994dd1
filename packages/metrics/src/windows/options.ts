import { duration, expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { headers } from '../headers.ts'
import { secret } from '../secret.ts'

/** An address of HTTP without credentials in it: those are secrets, and addresses are shown. */
export const address = z
  .url({ protocol: /^https?$/, error: expected('an address with http:// or https://') })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
    error: 'a secret does not belong in an address; name the environment variable that holds it',
  })

/** How long after its end the counts of a stretch of time are complete. */
export const lag = (written: string, why: string) =>
  duration
    .prefault(written)
    .describe(`How long after its end the counts of a stretch of time are complete. ${why} What comes later is not counted.`)

/** The length of the periods that a source counts in. */
export const period = (written: string, why: string) => duration.prefault(written).describe(why)

export const basic = keys({ username: words, password: secret }).describe('Basic authentication.')

/** How to say who asks, for servers of one's own. */
export const access = {
  basic: basic.exactOptional(),
  bearer: secret.exactOptional().describe('Bearer token.'),
  headers: headers.exactOptional(),
}
