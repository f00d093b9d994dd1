import { KitError } from '@deploy-kit/core'
import { isIndex, isManifest } from './media-types.ts'
import { formatPlatform, servesPlatform, type Platform } from './platform.ts'
import { isDescriptor, readJsonBlob } from './read-json.ts'
import type { Descriptor, ImageIndex } from './schema.ts'

/** Which image of a layout is meant. Nothing is needed when there is only one. */
export interface LayoutChoice {
  /** Of a manifest, or of an index of platforms. */
  readonly digest?: string
  /** The whole `org.opencontainers.image.ref.name`, such as `shop:v1`. */
  readonly tag?: string
  readonly platform?: Platform
}

/** The annotation of index.json that holds the tag of an image. */
export const refName = 'org.opencontainers.image.ref.name'

/** The one manifest that a choice leaves. @throws KitError `image-not-in-layout` when it leaves none or several */
export const chooseImage = async (layout: string, listed: readonly Descriptor[], choice: LayoutChoice): Promise<Descriptor> => {
  const images = await flatten(layout, listed)
  const left = images.filter((image) => isChosen(image, choice))
  const digests = new Set(left.map(({ manifest }) => manifest.digest))
  const [first] = left
  if (first !== undefined && digests.size === 1) return first.manifest

  const asked = [choice.digest, choice.tag, choice.platform && formatPlatform(choice.platform)].filter((part) => part !== undefined)
  const what = asked.length === 0 ? 'any image' : asked.join(', ')
  const there = images.length === 0 ? 'nothing' : images.map(describe).join('; ')
  throw new KitError('image-not-in-layout', `Looking for ${what}, ${digests.size} images fit in \`${layout}\`. It holds: ${there}.`)
}

/**
 * The images that a choice leaves when it leaves one, or one index: then each of its platforms.
 * @throws KitError `image-not-in-layout` when it leaves none, or several that are no platforms of one image
 */
export const choosePlatforms = async (
  layout: string,
  listed: readonly Descriptor[],
  choice: LayoutChoice,
): Promise<readonly Descriptor[]> => {
  const left = (await flatten(layout, listed)).filter((image) => isChosen(image, choice))
  const entries = new Set(left.map(({ entry }) => entry.digest))
  const byDigest = new Map(left.map(({ manifest }) => [manifest.digest, manifest]))
  return entries.size === 1 ? [...byDigest.values()] : [await chooseImage(layout, listed, choice)]
}

interface Listed {
  readonly manifest: Descriptor
  /** The entry of index.json through which it was found: that one has the tag. */
  readonly entry: Descriptor
}

const isChosen = ({ manifest, entry }: Listed, { digest, tag, platform }: LayoutChoice): boolean =>
  (digest === undefined || manifest.digest === digest || entry.digest === digest) &&
  (tag === undefined || entry.annotations?.[refName] === tag) &&
  (platform === undefined || manifest.platform === undefined || servesPlatform(manifest.platform, platform))

const describe = ({ manifest, entry }: Listed): string =>
  [manifest.digest, entry.annotations?.[refName], manifest.platform && formatPlatform(manifest.platform)]
    .filter((part) => part !== undefined)
    .join(' ')

/** The manifests behind index.json: an entry may be an index of platforms itself. */
const flatten = async (layout: string, listed: readonly Descriptor[]): Promise<readonly Listed[]> => {
  const found: Listed[] = []
  for (const entry of listed) {
    if (isManifest(entry.mediaType)) found.push({ manifest: entry, entry })
    if (!isIndex(entry.mediaType)) continue
    const { manifests } = await readJsonBlob<ImageIndex>(layout, entry)
    if (!Array.isArray(manifests) || !manifests.every(isDescriptor)) {
      throw new KitError('image-layout-invalid', `The index ${entry.digest} in \`${layout}\` does not list manifests with digest and size.`)
    }
    // BuildKit lists attestations beside the images, as manifests for the platform unknown/unknown.
    const images = manifests.filter(({ mediaType, platform }) => isManifest(mediaType) && platform?.os !== 'unknown')
    found.push(...images.map((manifest) => ({ manifest, entry })))
  }
  return found
}
