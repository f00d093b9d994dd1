import { lstat, readlink } from 'node:fs/promises'
import { withoutOutput, type Ignored } from '../../../context/ignore-file.ts'
import { walkContext, type ContextEntry } from '../../../context/walk-context.ts'
import type { Entry } from '../../../filesystem/entry.ts'
import { ImageTree } from '../../../filesystem/image-tree.ts'

const root = { uid: 0, gid: 0 }

/**
 * The files of a directory as they would stand in an image: owned by root, 0755 for directories and executables and 0644
 * for the rest, so that neither umask nor checkout changes the digest. Times are not kept at all.
 */
export const loadContext = async (directory: string, ignored: Ignored, output: string): Promise<ImageTree> => {
  const tree = new ImageTree()
  const entries = await walkContext(directory, withoutOutput(ignored, directory, output))
  for (const entry of entries) tree.set(entry.name, await entryAt(entry))
  return tree
}

const entryAt = async ({ path, type }: ContextEntry): Promise<Entry> => {
  if (type === 'directory') return { type, mode: 0o755, ...root }
  if (type === 'symlink') return { type, target: await readlink(path), ...root }
  if (type === 'other') return { type: 'device', ...root }
  const stat = await lstat(path)
  // The owner's bit is the one that git keeps.
  const mode = (stat.mode & 0o100) === 0 ? 0o644 : 0o755
  return { type, mode, size: stat.size, content: { kind: 'path', path }, ...root }
}
