import { digestOf, type FakeRegistry } from '../../fakes/registry.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

const descriptor = (mediaType: string, content: string) => ({ mediaType, digest: digestOf(content), size: Buffer.byteLength(content) })

/** Puts an image of these layers straight into a registry and returns the digest of its manifest. */
export const imageIn = (
  registry: FakeRegistry,
  repository: string,
  layers: readonly string[],
  tag?: string,
  platform: object = { architecture: 'amd64', os: 'linux' },
): string => {
  const config = JSON.stringify({ ...platform, layers: layers.length })
  const blobs = registry.blobs.get(repository) ?? new Map<string, Buffer>()
  registry.blobs.set(repository, blobs)
  for (const content of [config, ...layers]) blobs.set(digestOf(content), Buffer.from(content))
  return manifestIn(registry, repository, manifestType, tag, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar', layer)),
  })
}

/** An index of images that are there. */
export const indexIn = (registry: FakeRegistry, repository: string, images: Readonly<Record<string, string>>, tag?: string): string =>
  manifestIn(registry, repository, indexType, tag, {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: Object.entries(images).map(([platform, digest]) => {
      const [os, architecture] = platform.split('/')
      return {
        mediaType: manifestType,
        digest,
        size: registry.manifests.get(repository)?.get(digest)?.content.length ?? 0,
        platform: { os, architecture },
      }
    }),
  })

const manifestIn = (registry: FakeRegistry, repository: string, type: string, tag: string | undefined, value: object): string => {
  const content = Buffer.from(JSON.stringify(value))
  const manifests = registry.manifests.get(repository) ?? new Map<string, { type: string; content: Buffer }>()
  registry.manifests.set(repository, manifests)
  const digest = digestOf(content)
  for (const reference of [digest, ...(tag === undefined ? [] : [tag])]) manifests.set(reference, { type, content })
  return digest
}
