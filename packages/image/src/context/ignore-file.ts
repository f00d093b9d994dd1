import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import dockerignore from '@balena/dockerignore'
import { errnoOf } from '../filesystem/errno.ts'

/** What is left out of a context. */
export interface Ignored {
  /** Whether the file or directory of this name is left out. */
  has(name: string): boolean
  /** What no `!` line brings back either. */
  neverHas?(name: string): boolean
  /** Whether a left-out directory may hold something that a `!` line brings back. */
  readonly hasExceptions: boolean
}

/**
 * The rules for a context: those of `<Dockerfile>.dockerignore` when there is one, else `.dockerignore` (BuildKit's order).
 * Rules are Docker's own, which differ from git's: a pattern without a slash matches at the top only, and `!` brings back
 * a file of a directory that is left out.
 */
export const readIgnoreFile = async (context: string, dockerfile: string): Promise<Ignored> => {
  const text = (await readIfThere(`${dockerfile}.dockerignore`)) ?? (await readIfThere(join(context, '.dockerignore'))) ?? ''
  // The library makes a RegExp of each line and leaves these characters as they are: `c++` would throw.
  const rules = dockerignore.default({ ignorecase: false }).add(text.replace(/[+(){}|]/g, String.raw`\$&`))
  return { has: (name) => rules.ignores(name), hasExceptions: /^\s*!/m.test(text) }
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The image itself is no source of the next one, though it often lies in the context: `COPY . .` would change each time. */
export const withoutOutput = (ignored: Ignored, directory: string, output: string): Ignored => {
  const own = relative(directory, output)
  return { ...ignored, neverHas: (name) => name === own || name.startsWith(`${own}.build-`) }
}
