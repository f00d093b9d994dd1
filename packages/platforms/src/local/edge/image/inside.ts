import { lstat, mkdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { KitError } from '@deploy-kit/core'

/**
 * The segments of a path in an archive, relative to the root of the image.
 * @throws KitError `image-not-runnable` when it climbs above the root
 */
export const segmentsInside = (path: string, start: readonly string[] = []): string[] => {
  const segments = [...start]
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) throw leaves(path)
  }
  return segments
}

/**
 * A directory below `root`, made where it is missing. Links on the way are followed only as far as they stay below the
 * root, so that no entry of an archive is written outside of it.
 */
export const directoryInside = async (root: string, segments: readonly string[]): Promise<string> => {
  let path = root
  for (const segment of segments) {
    path = join(path, segment)
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined) await mkdir(path)
    else if (found.isSymbolicLink()) path = await linkedInside(root, path)
    else if (!found.isDirectory()) throw new KitError('image-not-runnable', `\`${segments.join('/')}\` in the image leads through a file.`)
  }
  return path
}

const linkedInside = async (root: string, path: string): Promise<string> => {
  const target = await realpath(path).catch(() => undefined)
  if (target === undefined || !(target === root || target.startsWith(root + sep))) throw leaves(path.slice(root.length + 1))
  return target
}

export const leaves = (path: string): KitError =>
  new KitError('image-not-runnable', `The entry \`${path}\` of the image leads out of its directory.`)
