import { messageOf, type ActionHost } from '@deploy-kit/core'
import { nameOf, parseReference } from '@deploy-kit/image'
import { formatPlatform, type Descriptor } from '@deploy-kit/image/layout'
import type { PlatformsOf } from '@deploy-kit/scan'

/**
 * The platforms of an index in a registry, from its manifest; none for a single image. A registry that does not let us look may
 * still let Trivy in, so it is a warning: Trivy takes linux/amd64 out of an index, and nobody would know of the others.
 */
export const registryPlatforms = (host: ActionHost, environment: NodeJS.ProcessEnv): PlatformsOf => {
  const mask = (secret: string): void => host.secret(secret)
  return async (reference, signal) => {
    const { createRegistry, dockerConfigDirectory, dockerCredentials, partsOf } = await import('@deploy-kit/image/registry')
    const { TRIVY_USERNAME: username, TRIVY_PASSWORD: password } = environment
    const docker = dockerCredentials(dockerConfigDirectory(environment), { environment, signal, mask })
    const registry = createRegistry({
      credentials: username !== undefined && password !== undefined ? async () => ({ kind: 'password', username, password }) : docker,
      signal,
      mask,
    })
    const parsed = parseReference(reference)
    try {
      const { children } = partsOf(await registry.manifest(nameOf(parsed), parsed.digest ?? ''))
      return children.filter(isImage).map(({ digest, platform }) => ({ digest, platform: formatPlatform(platform) }))
    } catch (error) {
      signal.throwIfAborted()
      host.log.warning(`Which platforms ${reference} has is not known, so that of several only linux/amd64 is scanned: ${messageOf(error)}`)
      return []
    }
  }
}

/** BuildKit lists attestations beside the images, as manifests for the platform unknown/unknown. */
const isImage = (child: Descriptor): child is Descriptor & { readonly platform: NonNullable<Descriptor['platform']> } =>
  child.platform !== undefined && child.platform.os !== 'unknown'
