import { expected } from '@deploy-kit/core/yaml'
import * as z from 'zod'

/** The name of an environment variable that holds a secret. */
export interface SecretReference {
  readonly env: string
}

/** A secret is named, never written: `token: { env: DD_API_KEY }`. What was written instead is not repeated in the error. */
export const secret = z
  .strictObject(
    { env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: expected('the name of an environment variable') }) },
    { error: 'a secret does not belong in a file; name the environment variable that holds it: `{ env: NAME }`' },
  )
  .describe('A secret, by the name of the environment variable that holds it.')
