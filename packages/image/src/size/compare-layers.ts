import type { SizedLayer } from './sized-image.ts'

/** What became of a layer. */
export interface LayerChange {
  readonly kind: 'same' | 'changed' | 'added' | 'removed'
  readonly createdBy: string
  readonly before?: Stored
  readonly after?: Stored
  /** Bytes that the image has more by it; fewer when it is negative. */
  readonly changeBytes: number
}

interface Stored {
  readonly digest: string
  readonly bytes: number
}

/**
 * Compares the layers of two images. Those of one digest are the same, whatever their place; of the rest, one that was made by the same
 * instruction as before is that layer, changed. The order is that of the new image, with what is gone at the end.
 */
export const compareLayers = (before: readonly SizedLayer[], after: readonly SizedLayer[]): readonly LayerChange[] => {
  const left = [...before]
  const take = (fits: (layer: SizedLayer) => boolean): SizedLayer | undefined => {
    const index = left.findIndex(fits)
    return index === -1 ? undefined : left.splice(index, 1)[0]
  }
  const same = new Map(after.map((layer) => [layer, take(({ digest }) => digest === layer.digest)]))
  const changes = after.map((layer): LayerChange => {
    const { createdBy } = layer
    if (same.get(layer) !== undefined) return { kind: 'same', createdBy, before: stored(layer), after: stored(layer), changeBytes: 0 }
    const old = createdBy === '' ? undefined : take((other) => instructionOf(other) === instructionOf(layer))
    if (old === undefined) return { kind: 'added', createdBy, after: stored(layer), changeBytes: layer.size }
    return { kind: 'changed', createdBy, before: stored(old), after: stored(layer), changeBytes: layer.size - old.size }
  })
  const gone = left.map((layer): LayerChange => {
    return { kind: 'removed', createdBy: layer.createdBy, before: stored(layer), changeBytes: -layer.size }
  })
  return [...changes, ...gone]
}

const stored = ({ digest, size }: SizedLayer): Stored => ({ digest, bytes: size })

/** The instruction without the build arguments that BuildKit writes into it (`RUN |1 VERSION=1.2 /bin/sh -c make`): they change with each release. */
const instructionOf = ({ createdBy }: SizedLayer): string =>
  createdBy.replace(/^RUN \|\d+ .*? (?=\/bin\/)/s, 'RUN ').replace(/ # buildkit$/, '')
