import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Entry } from '../../../filesystem/entry.ts'
import { ImageTree } from '../../../filesystem/image-tree.ts'
import type { Ignored } from './ignore-file.ts'

const root = { uid: 0, gid: 0 }

/**
 * The files of a directory as they would stand in an image: owned by root, 0755 for directories and executables and 0644
 * for the rest, so that neither umask nor checkout changes the digest. Times are not kept at all.
 */
export const loadContext = async (directory: string, ignored: Ignored, output: string): Promise<ImageTree> => {
  const tree = new ImageTree()
  await walk(directory, '', withoutOutput(ignored, directory, output), tree)
  return tree
}

/** The image itself is no source of the next one, though it often lies in the context: `COPY . .` would change each time. */
const withoutOutput = (ignored: Ignored, directory: string, output: string): Ignored => {
  const own = relative(directory, output)
  return { ...ignored, neverHas: (name) => name === own || name.startsWith(`${own}.build-`) }
}

/** Adds what is in a directory and says whether that was anything. */
const walk = async (base: string, parent: string, ignored: Ignored, tree: ImageTree): Promise<boolean> => {
  let found = false
  for (const own of await readdir(join(base, parent))) {
    const name = parent === '' ? own : `${parent}/${own}`
    if (ignored.neverHas?.(name) === true) continue
    const leftOut = ignored.has(name)
    if (leftOut && !ignored.hasExceptions) continue
    const entry = await entryAt(join(base, name))
    const holds = entry.type === 'directory' && (await walk(base, name, ignored, tree))
    // A directory that is left out is there all the same when a `!` line brings back something in it.
    if (leftOut && !holds) continue
    tree.set(name, entry)
    found = true
  }
  return found
}

const entryAt = async (path: string): Promise<Entry> => {
  const stat = await lstat(path)
  if (stat.isDirectory()) return { type: 'directory', mode: 0o755, ...root }
  if (stat.isSymbolicLink()) return { type: 'symlink', target: await readlink(path), ...root }
  if (!stat.isFile()) return { type: 'device', ...root }
  // The owner's bit is the one that git keeps.
  const mode = (stat.mode & 0o100) === 0 ? 0o644 : 0o755
  return { type: 'file', mode, size: stat.size, content: { kind: 'path', path }, ...root }
}
