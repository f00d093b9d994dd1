import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ignored } from './ignore-file.ts'

/** Something in a context. */
export interface ContextEntry {
  /** Path below the context, with slashes. */
  readonly name: string
  /** Where it is on the machine. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink' | 'other'
}

/** Everything in a directory that is not left out. Links are not followed. Each directory stands after what is in it. */
export const walkContext = async (directory: string, ignored: Ignored): Promise<readonly ContextEntry[]> => {
  const entries: ContextEntry[] = []
  await walk(directory, '', ignored, entries)
  return entries
}

/** Adds what is in a directory and says whether that was anything. */
const walk = async (base: string, parent: string, ignored: Ignored, entries: ContextEntry[]): Promise<boolean> => {
  let found = false
  for (const dirent of await readdir(join(base, parent), { withFileTypes: true })) {
    const name = parent === '' ? dirent.name : `${parent}/${dirent.name}`
    if (ignored.neverHas?.(name) === true) continue
    const leftOut = ignored.has(name)
    if (leftOut && !ignored.hasExceptions) continue
    const type = typeOf(dirent)
    const holds = type === 'directory' && (await walk(base, name, ignored, entries))
    // A directory that is left out is there all the same when a `!` line brings back something in it.
    if (leftOut && !holds) continue
    entries.push({ name, path: join(base, name), type })
    found = true
  }
  return found
}

const typeOf = (dirent: Dirent): ContextEntry['type'] => {
  if (dirent.isDirectory()) return 'directory'
  if (dirent.isSymbolicLink()) return 'symlink'
  return dirent.isFile() ? 'file' : 'other'
}
