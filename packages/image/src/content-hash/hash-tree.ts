import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readFile, readlink } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { readIgnoreFile, withoutOutput, type Ignored } from '../context/ignore-file.ts'
import { walkContext, type ContextEntry } from '../context/walk-context.ts'
import { eachOf } from '../concurrency/each-of.ts'

/** Larger files go through a stream. */
const largestInMemory = 1024 * 1024
const filesAtOnce = 16

export interface TreeHash {
  /** SHA-256, 64 hex digits. */
  readonly hash: string
  readonly files: number
  readonly bytes: number
  /** Whether the directory of git is in it: that changes with every commit and fetch. */
  readonly holdsGit: boolean
}

/**
 * A hash of everything that COPY could take from a context: names, types, permissions, contents, and where links lead. Times and owners are
 * left out, as engines leave them out. Files are read as a stream, several at a time.
 */
export const hashContext = async (context: string, dockerfile: string, output: string | undefined): Promise<TreeHash> => {
  const ignored = await readIgnoreFile(context, dockerfile)
  return hashTree(context, output === undefined ? ignored : withoutOutput(ignored, context, output))
}

/** The same of a whole directory. */
export const hashTree = async (directory: string, ignored: Ignored = { has: () => false, hasExceptions: false }): Promise<TreeHash> => {
  const entries = await walkContext(directory, ignored)
  const lines = new Map<string, string>()
  let bytes = 0
  await eachOf(entries, filesAtOnce, async (entry) => {
    const { line, size } = await describe(entry)
    lines.set(entry.name, line)
    bytes += size
  })
  const hash = createHash('sha256')
  for (const name of [...lines.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    hash.update(`${lines.get(name)}\n`)
  const files = entries.filter(({ type }) => type === 'file').length
  return { hash: hash.digest('hex'), files, bytes, holdsGit: lines.has('.git') }
}

/** One line for an entry; JSON, so that no name can pass for another line. */
const describe = async ({ name, path, type }: ContextEntry): Promise<{ line: string; size: number }> => {
  // Permissions of links mean nothing and differ between systems.
  if (type === 'symlink') return { line: JSON.stringify([name, type, await readlink(path)]), size: 0 }
  const { mode, size } = await lstat(path)
  const permissions = (mode & 0o7777).toString(8)
  if (type !== 'file') return { line: JSON.stringify([name, type, permissions]), size: 0 }
  return { line: JSON.stringify([name, type, permissions, await hashFile(path, size)]), size }
}

/** SHA-256 of the content of a file, 64 hex digits. */
export const hashFile = async (path: string, size: number): Promise<string> => {
  const hash = createHash('sha256')
  if (size <= largestInMemory) hash.update(await readFile(path))
  else await pipeline(createReadStream(path, { highWaterMark: largestInMemory }), hash)
  return hash.digest('hex')
}
