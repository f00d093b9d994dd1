import type { Entry, Ownership } from '../../../filesystem/entry.ts'
import { parentOf, type ImageTree } from '../../../filesystem/image-tree.ts'
import { invalid, type Place } from '../dockerfile/place.ts'

/** Names and entries that a layer brings. */
export type Changes = ReadonlyMap<string, Entry>

/** Adds to a tree and remembers what was added or replaced: that is the layer. */
export class Additions {
  readonly changes = new Map<string, Entry>()
  readonly #tree: ImageTree
  readonly #owner: Ownership
  readonly #place: Place

  constructor(tree: ImageTree, owner: Ownership, place: Place) {
    this.#tree = tree
    this.#owner = owner
    this.#place = place
  }

  /** Makes a directory and those above it; one that is there stays as it is. */
  directory(path: string, mode = 0o755): void {
    const name = this.#tree.resolve(path, true)
    const there = this.#tree.get(name)
    if (there?.type === 'directory') return
    if (there !== undefined) throw invalid(this.#place, `\`/${name}\` is a file in the image; a directory cannot replace it.`)
    this.directory(parentOf(name))
    this.#put(name, { type: 'directory', mode, ...this.#owner })
  }

  /** Adds a file or a link, replacing another one. */
  file(path: string, entry: Entry): void {
    if (entry.type === 'device') throw invalid(this.#place, `\`${path}\` is neither a file nor a directory nor a symbolic link.`)
    const name = this.#tree.resolve(path, false)
    if (this.#tree.get(name)?.type === 'directory')
      throw invalid(this.#place, `\`/${name}\` is a directory in the image; a file cannot replace it.`)
    this.directory(parentOf(name))
    this.#put(name, { ...entry, ...this.#owner })
  }

  #put(name: string, entry: Entry): void {
    this.#tree.set(name, entry)
    this.changes.set(name, entry)
  }
}
