import { compareLayers, type LayerChange } from './compare-layers.ts'
import { storedBytes, type SizedImage } from './sized-image.ts'

export interface PlatformSize {
  readonly platform: string
  readonly digest: string
  readonly bytes: number
  /** Of the same platform before; absent when it was not there. */
  readonly before?: { readonly digest: string; readonly bytes: number }
  /** Absent when there is nothing to compare with. */
  readonly changeBytes?: number
  readonly layers: readonly LayerChange[]
}

/** The size of an image, and what became of it since another one. It is JSON. */
export interface SizeReport {
  readonly version: 1
  readonly platforms: readonly PlatformSize[]
  /** All platforms together; a layer that several share counts once. */
  readonly bytes: number
  /** The image that it was compared with. */
  readonly before?: { readonly reference: string; readonly bytes: number }
  readonly changeBytes?: number
}

/** An image of an earlier build, such as the one that a tag names until now. */
export interface EarlierImage {
  /** As it is shown: `ghcr.io/acme/shop:latest`. */
  readonly reference: string
  readonly platforms: readonly SizedImage[]
}

/** Measures an image, and compares it platform by platform and layer by layer with an earlier one. */
export const sizeReport = (images: readonly SizedImage[], earlier?: EarlierImage): SizeReport => {
  const bytes = storedBytes(images)
  const platforms = images.map((image): PlatformSize => {
    const { platform, digest, sizeBytes, layers } = image
    const before = earlier?.platforms.find((other) => other.platform === platform)
    const measured = { platform, digest, bytes: sizeBytes, layers: compareLayers(before?.layers ?? [], layers) }
    if (before === undefined) return measured
    return { ...measured, before: { digest: before.digest, bytes: before.sizeBytes }, changeBytes: sizeBytes - before.sizeBytes }
  })
  if (earlier === undefined) return { version: 1, platforms, bytes }
  const earlierBytes = storedBytes(earlier.platforms)
  return { version: 1, platforms, bytes, before: { reference: earlier.reference, bytes: earlierBytes }, changeBytes: bytes - earlierBytes }
}

/** The layers by which an image grew, the largest growth first. */
export const grownLayers = ({ layers }: PlatformSize): readonly LayerChange[] =>
  layers.filter(({ changeBytes }) => changeBytes > 0).toSorted((a, b) => b.changeBytes - a.changeBytes)
