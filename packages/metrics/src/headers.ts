import { expected, text, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { secret } from './secret.ts'

/** Headers of a request, with secrets by the names of their environment variables. */
export const headers = z
  .record(words, z.union([text, secret], { error: expected('a text, or `{ env: NAME }` for a secret') }), {
    error: expected('a mapping of names to texts'),
  })
  .describe('Headers of every request. A secret is named by its environment variable: `{ env: NAME }`.')
