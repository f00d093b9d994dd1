import { KitError } from '@deploy-kit/core'
import { algorithmOf, digestOf } from '../layout/digest.ts'
import { isIndex, isManifest, mediaTypes } from '../layout/media-types.ts'
import { isDescriptor } from '../layout/read-json.ts'
import type { Descriptor } from '../layout/schema.ts'
import { isDigest } from '../reference/reference.ts'

/** A manifest or an index, byte for byte: what its digest is of. */
export interface StoredManifest {
  readonly digest: string
  readonly mediaType: string
  readonly content: Buffer
}

/** What a manifest refers to. */
export interface Parts {
  /** Manifests of platforms and attestations; only an index has them. */
  readonly children: readonly Descriptor[]
  /** Configuration and layers that the registry keeps; those of Windows that stand elsewhere are not among them. */
  readonly blobs: readonly Descriptor[]
}

/** Manifests are small; the specification asks registries to take 4 MiB. */
export const largestManifest = 4 * 1024 * 1024

/** Media types of manifests and indexes: those of the OCI, and Docker's older ones. */
export const manifestTypes = [
  mediaTypes.index,
  mediaTypes.manifest,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

/** @throws KitError `registry-content-invalid` when the content is none of what this client can read */
export const partsOf = (manifest: StoredManifest): Parts => {
  const { manifests, config, layers } = jsonOf(manifest)
  if (isIndex(manifest.mediaType) && Array.isArray(manifests) && manifests.every(isDescriptor)) return { children: manifests, blobs: [] }
  if (isManifest(manifest.mediaType) && isDescriptor(config) && Array.isArray(layers) && layers.every(isDescriptor)) {
    return { children: [], blobs: [config, ...layers.filter(({ mediaType }) => !/nondistributable|\.foreign\./.test(mediaType))] }
  }
  throw new KitError(
    'registry-content-invalid',
    `${manifest.digest} of the type \`${manifest.mediaType}\` lists neither images nor configuration and layers.`,
  )
}

/** The JSON object in a manifest. @throws KitError `registry-content-invalid` */
export const jsonOf = ({ digest, content }: StoredManifest): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(content.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new KitError('registry-content-invalid', `${digest} is not a JSON object.`)
}

/** The digest of bytes, by the algorithm that `like` has when it is a digest. */
export const digestLike = (content: Buffer, like: string): string => digestOf(content, isDigest(like) ? algorithmOf(like) : 'sha256')

export const mismatch = (what: string, expected: string, found: string): KitError =>
  new KitError('registry-content-invalid', `${what} should be ${expected}, and is ${found}.`)
