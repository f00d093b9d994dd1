import { basename } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { LayoutImage } from '../layout/read-layout.ts'
import type { Entry } from './entry.ts'
import { ImageTree, nameOfPath, parentOf } from './image-tree.ts'
import { layerEntries, type LayerEntry } from './layer-entries.ts'
import type { Descriptor } from '../layout/schema.ts'

const whiteout = '.wh.'
const opaque = '.wh..wh..opq'

/**
 * The file system that the layers of an image make together, with whiteouts applied (OCI image specification, layer.md).
 * Only names are kept; contents stay in their layers.
 * @throws KitError `image-layout-invalid`
 */
export const readTree = async (image: LayoutImage): Promise<ImageTree> => {
  const tree = new ImageTree()
  for (const layer of image.manifest.layers) await applyLayer(tree, image.layout, layer)
  return tree
}

const applyLayer = async (tree: ImageTree, layout: string, layer: Descriptor): Promise<void> => {
  // A whiteout hides what lower layers have, never what its own layer brings.
  const brought = new Set<string>()
  for await (const item of layerEntries(layout, layer)) {
    item.skip()
    const written = nameInTar(item.header.name, layer)
    if (written === '') continue
    const parent = tree.resolve(parentOf(written), true)
    const own = basename(written)
    if (own === opaque) tree.removeBelow(parent, brought)
    else if (own.startsWith(whiteout)) tree.remove(join(parent, own.slice(whiteout.length)), brought)
    else {
      const entry = entryOf(item, tree, layout, layer)
      if (entry === undefined) continue
      makeParents(tree, parent)
      tree.set(join(parent, own), entry)
      brought.add(join(parent, own))
    }
  }
}

/** Some tools leave out the directories on the way to a file. */
const makeParents = (tree: ImageTree, name: string): void => {
  if (tree.get(name) !== undefined) return
  makeParents(tree, parentOf(name))
  tree.set(name, { type: 'directory', mode: 0o755, uid: 0, gid: 0 })
}

const entryOf = (item: LayerEntry, tree: ImageTree, layout: string, layer: Descriptor): Entry | undefined => {
  const { type, mode, uid, gid, size, linkname } = item.header
  switch (type) {
    case 'directory':
      return { type: 'directory', mode, uid, gid }
    case 'file':
    case 'contiguous-file':
      return { type: 'file', mode, uid, gid, size, content: { kind: 'layer', layout, layer, ordinal: item.ordinal } }
    case 'symlink':
      return { type: 'symlink', target: linkname, uid, gid }
    case 'link':
      return tree.get(tree.resolve(nameOfPath(linkname), false))
    case 'block-device':
    case 'character-device':
    case 'fifo':
      return { type: 'device', uid, gid }
  }
}

const nameInTar = (name: string, layer: Descriptor): string => {
  if (name.split('/').includes('..')) {
    throw new KitError('image-layout-invalid', `The layer ${layer.digest} has an entry \`${name}\` that leads out of the image.`)
  }
  return nameOfPath(name)
}

const join = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`)
