import { KitError, single } from '@deploy-kit/core'
import { nameOf, parseReference } from '@deploy-kit/image'
import type { Finding, Release } from '@deploy-kit/rollout'

/** A registry that does not answer in this time is asked by the nodes alone. */
const withinMs = 3_000

/**
 * Whether the registry still has the image. Only its plain answer that there is none counts: that it may not be asked from here, or cannot be
 * reached, says nothing about the nodes. Who asked without a password may have been told so for want of one, so that is a warning.
 * @param directory of Docker's configuration, whose credentials are shown; default: where Docker itself looks
 */
export const imageFinding = async ({ image, digest }: Release, signal: AbortSignal, directory?: string): Promise<readonly Finding[]> => {
  try {
    const { createRegistry, dockerConfigDirectory, dockerCredentials } = await import('@deploy-kit/image/registry')
    const name = nameOf(parseReference(image))
    let known = false
    const docker = dockerCredentials(directory ?? dockerConfigDirectory())
    const registry = createRegistry({
      policy: { ...single, timeoutMs: withinMs },
      signal,
      credentials: async (host) => {
        const found = await docker(host)
        known = found !== undefined
        return found
      },
    })
    if ((await registry.find(name, digest)) !== undefined) return []
    const message = `${name} has no ${digest}${known ? '' : ', or does not show it without a password'}.`
    return [{ severity: known ? 'error' : 'warning', code: 'image-missing', message }]
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof KitError) return []
    throw error
  }
}
