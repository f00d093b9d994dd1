import { createHash } from 'node:crypto'
import { createReadStream, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { readIgnoreFile, withoutOutput, type Ignored } from '../context/ignore-file.ts'
import { walkContext } from '../context/walk-context.ts'
import { eachOf } from '../concurrency/each-of.ts'

/** Larger files go through a stream, several at once; smaller ones are read at once, one after the other: the four calls of an asynchronous read cost more than they do. */
const largestInMemory = 256 * 1024
const streamsAtOnce = 4
/** After so many small files the process looks up: a cancelled job does not wait for the rest. */
const filesInARow = 200

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
  const large: (Described & { readonly path: string })[] = []
  let bytes = 0
  for (const [index, { name, path, type }] of entries.entries()) {
    if (index % filesInARow === 0) await setImmediate()
    // Permissions of links mean nothing and differ between systems.
    if (type === 'symlink') lines.set(name, lineOf([name, type, readlinkSync(path)]))
    else {
      const { mode, size } = lstatSync(path)
      const described = { name, type, permissions: (mode & 0o7777).toString(8) }
      if (type !== 'file') lines.set(name, lineOf(Object.values(described)))
      else if (size > largestInMemory) large.push({ ...described, path })
      else lines.set(name, lineOf([...Object.values(described), sha256(readFileSync(path))]))
      if (type === 'file') bytes += size
    }
  }
  await eachOf(large, streamsAtOnce, async ({ path, ...described }) => {
    lines.set(described.name, lineOf([...Object.values(described), await hashFile(path)]))
  })
  const hash = createHash('sha256')
  for (const name of [...lines.keys()].toSorted(byName)) hash.update(`${lines.get(name)}\n`)
  const files = entries.filter(({ type }) => type === 'file').length
  return { hash: hash.digest('hex'), files, bytes, holdsGit: lines.has('.git') }
}

interface Described {
  readonly name: string
  readonly type: string
  readonly permissions: string
}

/** JSON, so that no name can pass for another line. */
const lineOf = (parts: readonly string[]): string => JSON.stringify(parts)

const byName = (a: string, b: string): number => (a < b ? -1 : 1)

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), hash)
  return hash.digest('hex')
}
