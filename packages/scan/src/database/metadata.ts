import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** Which database: of weaknesses, or the one that tells jars apart. */
export const databases = {
  vulnerability: { directory: 'db', file: 'trivy.db', schema: 2 },
  java: { directory: 'java-db', file: 'trivy-java.db', schema: 1 },
} as const
export type DatabaseKind = keyof typeof databases

/** What a database says about itself; milliseconds since 1970. */
export interface DatabaseMetadata {
  readonly schema: number
  readonly updatedAt: number
  /** When the next one is due. */
  readonly nextUpdate: number
}

const instant = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => !Number.isNaN(time))
const metadata = z.object({ Version: z.number(), UpdatedAt: instant, NextUpdate: instant })

/** The metadata of a database in a cache; undefined when there is none, or none that can be read. */
export const readMetadata = async (cacheDirectory: string, kind: DatabaseKind): Promise<DatabaseMetadata | undefined> => {
  const text = await readFile(join(cacheDirectory, databases[kind].directory, 'metadata.json'), 'utf8').catch(() => 'null')
  const checked = metadata.safeParse(parse(text))
  if (!checked.success) return undefined
  const { Version: schema, UpdatedAt: updatedAt, NextUpdate: nextUpdate } = checked.data
  return { schema, updatedAt, nextUpdate }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
