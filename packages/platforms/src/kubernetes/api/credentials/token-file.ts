import { readFile } from 'node:fs/promises'
import { KitError, type Clock } from '@deploy-kit/core'
import { bearer, type Credential, type Credentials } from './credentials.ts'

/** As often as client-go: the kubelet replaces the token of a pod well before it expires. */
const rereadMs = 60_000

/** The token in a file that somebody else keeps fresh, as in a pod. */
export const tokenFile = (path: string, clock: Clock): Credentials => {
  let held: { readonly credential: Credential; readonly readAt: number } | undefined
  return {
    current: async () => {
      if (held === undefined || clock.now() > held.readAt + rereadMs) {
        const token = await readFile(path, 'utf8').catch((error: unknown) => {
          throw new KitError('cluster-login-failed', `The token in ${path} cannot be read.`, { cause: error })
        })
        held = { credential: bearer(token.trim()), readAt: clock.now() }
      }
      return held.credential
    },
    renew: () => {
      held = undefined
      return true
    },
  }
}
