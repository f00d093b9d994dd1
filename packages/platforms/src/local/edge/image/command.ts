import { statSync } from 'node:fs'
import { delimiter, dirname, join, posix } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'
import type { Rootfs } from './rootfs.ts'

/** What is started: an argument vector, never a shell. */
export interface Command {
  readonly file: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * The process that an image describes (Entrypoint and Cmd, Env, WorkingDir), as a plain process in its directory: there
 * is no chroot, so absolute paths of files that the image has are pointed at them. Nothing of the edge's own environment
 * is passed on but PATH, with the edge's own Node first. The image's USER is not applied.
 * @throws KitError `image-not-runnable`
 */
export const commandOf = ({ directory, run }: Rootfs, release: Release, own: Readonly<Record<string, string>>): Command => {
  const { Entrypoint, Cmd, Env, WorkingDir } = run
  const [file, ...argv] = [...(Entrypoint ?? []), ...(Cmd ?? [])].map((word) => fileInside(directory, word) ?? word)
  if (file === undefined) throw new KitError('image-not-runnable', 'The image has neither an ENTRYPOINT nor a CMD.')
  if (file.startsWith('/') && !isFile(file))
    throw new KitError('image-not-runnable', `The image starts \`${file}\`, which it does not hold.`, {
      remedy: 'Copy the program into the image, or start it by its bare name, as in ENTRYPOINT ["node", "server.mjs"].',
    })
  const fromImage = Object.fromEntries((Env ?? []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  return {
    file,
    argv,
    cwd: inside(directory, WorkingDir ?? ''),
    env: { ...fromImage, ...release.environment, ...own, PATH: searchPath(directory, fromImage['PATH']) },
  }
}

const searchPath = (directory: string, ofImage = ''): string =>
  [
    dirname(process.execPath),
    ...ofImage.split(':').flatMap((path) => (path.startsWith('/') ? [inside(directory, path)] : [])),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ].join(delimiter)

const fileInside = (directory: string, word: string): string | undefined => {
  if (!word.startsWith('/')) return undefined
  const path = inside(directory, word)
  return isFile(path) ? path : undefined
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Where a path of the image is on this machine. Like a container's root, the directory is above itself. */
const inside = (directory: string, path: string): string => join(directory, posix.normalize(`/${path}`))
