import { KitError } from '@deploy-kit/core'
import { parseReference } from '../reference/reference.ts'

/** Where a repository is, taken from the name that people write. */
export interface Place {
  /** The registry as people name it: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string
  /** Path in the registry's own terms: `library/alpine` for `alpine`. */
  readonly repository: string
  /** `https://ghcr.io`: where its API answers. */
  readonly origin: string
}

const dockerHub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

/**
 * The place of an image name such as `alpine`, `acme/shop`, `ghcr.io/acme/shop`. A name without a registry is of Docker Hub, whose API
 * is at another host than its name and whose official images stand below `library/`. Plain HTTP is spoken on this machine, and with
 * the registries of `insecure`; nowhere else, whatever an answer says.
 * @throws KitError `image-reference-invalid`
 */
export const placeOf = (name: string, insecure: readonly string[] = []): Place => {
  const { registry = 'docker.io', repository, tag, digest } = parseReference(name)
  if (tag !== undefined || digest !== undefined) {
    throw new KitError('image-reference-invalid', `\`${name}\` should be a name alone, without tag and digest.`)
  }
  const host = hostOf(registry, insecure)
  return { ...host, repository: host.registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository }
}

/** A registry by any of its names, and where its API answers. */
export const hostOf = (registry: string, insecure: readonly string[] = []): Omit<Place, 'repository'> =>
  dockerHub.has(registry)
    ? { registry: 'docker.io', origin: 'https://registry-1.docker.io' }
    : { registry, origin: `${mayBePlain(registry, insecure) ? 'http' : 'https'}://${registry}` }

export const mayBePlain = (host: string, insecure: readonly string[]): boolean => insecure.includes(host) || isLoopback(host)

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
