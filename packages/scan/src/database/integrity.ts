import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { readMetadata, databases, type DatabaseKind, type DatabaseMetadata } from './metadata.ts'

/** What there is in a cache directory. */
export type Inspection =
  | { readonly state: 'sound'; readonly metadata: DatabaseMetadata }
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly why: string }

/**
 * Looks at a database before Trivy does. Trivy panics on one that was cut short, takes a foreign file for "invalid", and
 * heals neither as long as the metadata say that it is fresh.
 */
export const inspect = async (cacheDirectory: string, kind: DatabaseKind): Promise<Inspection> => {
  const { directory, file, schema } = databases[kind]
  const fault = await faultOf(join(cacheDirectory, directory, file), kind)
  const metadata = await readMetadata(cacheDirectory, kind)
  if (fault === 'missing') return { state: 'missing' }
  if (metadata === undefined) return { state: 'damaged', why: 'its metadata.json cannot be read' }
  if (metadata.schema !== schema) return { state: 'damaged', why: `it has the schema ${metadata.schema}, and Trivy takes ${schema}` }
  return fault === undefined ? { state: 'sound', metadata } : { state: 'damaged', why: fault }
}

const faultOf = async (path: string, kind: DatabaseKind): Promise<string | undefined> => {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return 'missing'
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(8_192)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return kind === 'java' ? sqliteFault(head.subarray(0, bytesRead), size) : bboltFault(head.subarray(0, bytesRead), size)
  } finally {
    await file.close()
  }
}

// A bbolt file begins with two pages of metadata (go.etcd.io/bbolt/internal/common/meta.go): after 16 bytes of page header
// magic, version, page size, flags, root bucket (16 bytes), free list, and the number of pages that are in use.
const magic = 0xed0cdaed
const metaAt = 16

const bboltFault = (head: Buffer, size: number): string | undefined => {
  if (head.length < metaAt + 48) return `it has ${size} bytes`
  if (head.readUInt32LE(metaAt) !== magic || head.readUInt32LE(metaAt + 4) !== 2) return 'it is not a bbolt file'
  const pageSize = head.readUInt32LE(metaAt + 8)
  const pages = head.readBigUInt64LE(metaAt + 40)
  const needed = pages * BigInt(pageSize)
  return BigInt(size) < needed ? `it was cut short: it has ${size} bytes of ${needed}` : undefined
}

// https://sqlite.org/fileformat2.html: magic, page size at 16 (1 means 65,536), number of pages at 28.
const sqliteFault = (head: Buffer, size: number): string | undefined => {
  if (head.length < 100) return `it has ${size} bytes`
  if (head.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'it is not an SQLite file'
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16)
  const needed = pageSize * head.readUInt32BE(28)
  return size < needed ? `it was cut short: it has ${size} bytes of ${needed}` : undefined
}
