/** What is known of the size of one platform's image: what engines and registries say of it. */
export interface SizedImage {
  readonly platform: string
  /** Digest of its manifest. */
  readonly digest: string
  /** Configuration and layers, compressed as they are stored. */
  readonly sizeBytes: number
  readonly layers: readonly SizedLayer[]
}

export interface SizedLayer {
  readonly digest: string
  readonly size: number
  /** The instruction that made it; empty when it is not known. */
  readonly createdBy: string
}

/** Bytes of several images together: a layer that they share is stored once. */
export const storedBytes = (images: readonly SizedImage[]): number => {
  const layers = new Map(images.flatMap((image) => image.layers.map(({ digest, size }) => [digest, size] as const)))
  const rest = images.reduce((sum, image) => sum + image.sizeBytes - image.layers.reduce((all, { size }) => all + size, 0), 0)
  return [...layers.values()].reduce((sum, size) => sum + size, rest)
}
