import { createWriteStream } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { groupBy } from '@deploy-kit/core'
import type { Content } from './entry.ts'
import { layerEntries } from './layer-entries.ts'

/** A file to be written with the content that a layer holds. */
export interface Extraction {
  readonly content: Content & { readonly kind: 'layer' }
  readonly to: string
}

/** Writes contents out of their layers; each layer is read once. @throws KitError `image-layout-invalid` */
export const extractAll = async (extractions: readonly Extraction[]): Promise<void> => {
  const byLayer = groupBy(extractions, ({ content }) => `${content.layout}\0${content.layer.digest}`)
  for (const wanted of byLayer.values()) await extractFromLayer(wanted)
}

const extractFromLayer = async (wanted: readonly Extraction[]): Promise<void> => {
  const [first] = wanted
  if (first === undefined) return
  const byOrdinal = groupBy(wanted, ({ content }) => content.ordinal)
  for await (const entry of layerEntries(first.content.layout, first.content.layer)) {
    const [target, ...copies] = byOrdinal.get(entry.ordinal) ?? []
    if (target === undefined) {
      entry.skip()
      continue
    }
    await pipeline(Readable.from(entry.content), createWriteStream(target.to))
    for (const copy of copies) await copyFile(target.to, copy.to)
  }
}
