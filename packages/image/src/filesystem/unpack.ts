import { chmod, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { LayoutImage } from '../layout/read-layout.ts'
import { extractAll, type Extraction } from './extract.ts'
import { readTree } from './read-tree.ts'

/**
 * Writes the file system of an image into a directory that does not exist yet, all or nothing: it appears when every layer
 * has been checked against its digest. Owners are not set and devices are left out, so no privilege is needed. Symbolic
 * links stay as the image has them: an absolute one leads to the machine's own file.
 * @throws KitError `image-layout-invalid`
 */
export const unpackImage = async (image: LayoutImage, directory: string): Promise<void> => {
  const tree = await readTree(image)
  const target = resolve(directory)
  await mkdir(dirname(target), { recursive: true })
  const partial = await mkdtemp(`${target}.partial-`)
  try {
    const modes: { readonly path: string; readonly mode: number }[] = []
    const extractions: Extraction[] = []
    for (const [name, entry] of tree.below('')) {
      const path = join(partial, name)
      await mkdir(dirname(path), { recursive: true })
      if (entry.type === 'directory') await mkdir(path, { recursive: true })
      if (entry.type === 'symlink') await symlink(entry.target, path)
      if (entry.type === 'file' && entry.content.kind === 'layer') extractions.push({ content: entry.content, to: path })
      // Whoever unpacks must be able to read it and to remove it again.
      if (entry.type === 'directory') modes.push({ path, mode: (entry.mode & 0o777) | 0o700 })
      if (entry.type === 'file') modes.push({ path, mode: (entry.mode & 0o777) | 0o400 })
    }
    await extractAll(extractions)
    for (const { path, mode } of modes.toReversed()) await chmod(path, mode)
    await chmod(partial, 0o755)
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}
