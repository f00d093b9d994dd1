import { posix } from 'node:path'
import type { Entry, Ownership } from '../../../filesystem/entry.ts'
import { nameOfPath, type ImageTree } from '../../../filesystem/image-tree.ts'
import { invalid, type Place } from '../dockerfile/place.ts'
import { Additions, type Changes } from './additions.ts'
import type { Found } from './find-sources.ts'

export interface CopyTarget {
  /** Changed by the copy. */
  readonly tree: ImageTree
  readonly workingDirectory: string
  /** As it is written: a slash at the end makes it a directory. */
  readonly destination: string
  readonly owner: Ownership
  /** From --chmod; undefined keeps the modes of the source. */
  readonly mode: number | undefined
  readonly place: Place
}

/**
 * Copies by Docker's rules: of a directory its contents, into a directory that is made when missing; a file to the
 * destination itself, or into it when that is a directory or is written with a slash at its end.
 * @returns what was added or replaced, the directories made on the way included
 * @throws KitError `dockerfile-invalid` when a file meets a directory, or several sources meet one name
 */
export const copyInto = (target: CopyTarget, found: readonly Found[], source: ImageTree): Changes => {
  const additions = new Additions(target.tree, target.owner, target.place)
  const add = (path: string, entry: Entry): void => {
    if (entry.type === 'directory') additions.directory(path, target.mode ?? entry.mode)
    else if (entry.type === 'file') additions.file(path, { ...entry, mode: target.mode ?? entry.mode })
    else additions.file(path, entry)
  }
  const { path, isDirectory } = destinationOf(target)
  if (found.length > 1 && !isDirectory) {
    const message = `${found.length} sources cannot be copied to the one name \`${target.destination}\`. End it with a slash to make it a directory.`
    throw invalid(target.place, message)
  }
  for (const { name, entry, basename } of found) {
    if (entry.type !== 'directory') {
      add(isDirectory ? posix.join(path, basename) : path, entry)
      continue
    }
    additions.directory(path)
    for (const [below, inside] of source.below(name)) add(posix.join(path, posix.relative(name, below)), inside)
  }
  return additions.changes
}

/** The directory that WORKDIR names; nothing changes when it is there. */
export const makeWorkingDirectory = (tree: ImageTree, path: string, place: Place): Changes => {
  const additions = new Additions(tree, { uid: 0, gid: 0 }, place)
  additions.directory(nameOfPath(path))
  return additions.changes
}

const destinationOf = ({ tree, workingDirectory, destination }: CopyTarget): { path: string; isDirectory: boolean } => {
  const path = nameOfPath(posix.resolve(workingDirectory, destination))
  const writtenAsDirectory = /(?:^|\/)\.{0,2}$/.test(destination)
  return { path, isDirectory: writtenAsDirectory || tree.get(tree.resolve(path, true))?.type === 'directory' }
}
