import { posix } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { Entry } from './entry.ts'

/** As many links may be followed on the way to one file, as Linux allows. */
const maximumLinks = 40

/** The file system of an image: names without a leading slash, and what stands there. The root is the empty name. */
export class ImageTree {
  readonly #entries: Map<string, Entry>

  constructor(entries: Iterable<readonly [string, Entry]> = []) {
    this.#entries = new Map(entries)
  }

  copy(): ImageTree {
    return new ImageTree(this.#entries)
  }

  get(name: string): Entry | undefined {
    return name === '' ? { type: 'directory', mode: 0o755, uid: 0, gid: 0 } : this.#entries.get(name)
  }

  /** Puts an entry in its place; whatever stood below something that is no directory any more is gone. */
  set(name: string, entry: Entry): void {
    if (entry.type !== 'directory' && this.#entries.get(name)?.type === 'directory') this.remove(name)
    this.#entries.set(name, entry)
  }

  /** Removes a name and all below it, but what `keep` holds. */
  remove(name: string, keep: ReadonlySet<string> = new Set()): void {
    if (!keep.has(name)) this.#entries.delete(name)
    this.removeBelow(name, keep)
  }

  removeBelow(name: string, keep: ReadonlySet<string> = new Set()): void {
    const prefix = prefixOf(name)
    for (const below of this.#entries.keys()) if (below.startsWith(prefix) && !keep.has(below)) this.#entries.delete(below)
  }

  /** Everything below a directory at any depth, sorted by the bytes of the names. */
  below(directory: string): (readonly [string, Entry])[] {
    const prefix = prefixOf(directory)
    return [...this.#entries]
      .filter(([name]) => name.startsWith(prefix))
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  /**
   * The name that a path leads to when the symbolic links on its way are followed inside the image; the last part as well
   * if `followLast`. What does not exist is taken as it is written.
   */
  resolve(path: string, followLast: boolean): string {
    let links = 0
    let done = ''
    const rest = partsOf(path)
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (part === '..') {
        done = parentOf(done)
        continue
      }
      const here = done === '' ? part : `${done}/${part}`
      const entry = this.#entries.get(here)
      if (entry?.type !== 'symlink' || (rest.length === 0 && !followLast)) {
        done = here
        continue
      }
      links += 1
      if (links > maximumLinks)
        throw new KitError('copy-source-missing', `\`/${path}\` leads through more than ${maximumLinks} symbolic links.`)
      if (entry.target.startsWith('/')) done = ''
      rest.unshift(...partsOf(entry.target))
    }
    return done
  }
}

/** The name of the directory that holds a name; the root for names in the root. */
export const parentOf = (name: string): string => {
  const slash = name.lastIndexOf('/')
  return slash === -1 ? '' : name.slice(0, slash)
}

/** A path of an image as a name: no leading slash, no `.`, no `..` above the root. */
export const nameOfPath = (path: string): string => posix.normalize(`/${path}`).replace(/^\/+|\/+$/g, '')

const prefixOf = (directory: string): string => (directory === '' ? '' : `${directory}/`)

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.')
