import { createHash } from 'node:crypto'
import { KitError } from '@deploy-kit/core'
import { canonicalJson } from '../layout/canonical-json.ts'
import { isIndex, mediaTypes } from '../layout/media-types.ts'
import { formatPlatform, type Platform } from '../layout/platform.ts'
import type { Descriptor, ImageConfiguration, ImageManifest } from '../layout/schema.ts'
import { jsonOf, partsOf, type StoredManifest } from './content.ts'
import type { Registry } from './registry.ts'

/**
 * Makes one index of images that were built apart, such as one for each platform on a runner of its own, and stores it under its digest. Indexes among
 * them give what they list, attestations with it. The same images give the same digest, in whatever order they are named; one alone stays
 * what it is.
 * @param digests of manifests and indexes that are in the repository
 * @throws KitError `build-request-invalid` when there is none, or two are for one platform; and as Registry
 */
export const mergeImages = async (registry: Registry, name: string, digests: readonly string[]): Promise<StoredManifest> => {
  const roots = await Promise.all([...new Set(digests)].map((digest) => registry.manifest(name, digest)))
  const [only, second] = roots
  if (only === undefined) throw new KitError('build-request-invalid', 'There is no image to make an index of.')
  if (second === undefined) return only
  const listed = (await Promise.all(roots.map((root) => entriesOf(registry, name, root)))).flat()
  requireOnePerPlatform(listed)
  const manifests = listed.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const content = Buffer.from(canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }))
  const index = { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, mediaType: mediaTypes.index, content }
  await registry.putManifest(name, index.digest, index)
  return index
}

/** What an index lists of an image: its platform stands in the configuration. */
const entriesOf = async (registry: Registry, name: string, root: StoredManifest): Promise<readonly Descriptor[]> => {
  const { children } = partsOf(root)
  if (isIndex(root.mediaType)) return children
  const { config } = jsonOf(root) as unknown as ImageManifest
  const { os, architecture, variant } = JSON.parse((await registry.readBlob(name, config)).toString('utf8')) as ImageConfiguration
  const platform: Platform = { os, architecture, ...(variant !== undefined && { variant }) }
  return [{ mediaType: root.mediaType, digest: root.digest, size: root.content.length, platform }]
}

/** Attestations are for `unknown/unknown`, as many as there are images. */
const isImage = ({ platform }: Descriptor): boolean => platform !== undefined && platform.os !== 'unknown'

const requireOnePerPlatform = (listed: readonly Descriptor[]): void => {
  const seen = new Map<string, string>()
  for (const { platform, digest } of listed.filter(isImage)) {
    const key = platform === undefined ? '' : formatPlatform(platform)
    const other = seen.get(key)
    if (other !== undefined && other !== digest)
      throw new KitError('build-request-invalid', `Both ${other} and ${digest} are for ${key}; one of them can be in the index.`)
    seen.set(key, digest)
  }
}

/** Images before attestations, by platform, then by digest. */
const keyOf = (entry: Descriptor): string =>
  [isImage(entry) ? '0' : '1', entry.platform === undefined ? '' : formatPlatform(entry.platform), entry.digest].join(' ')
