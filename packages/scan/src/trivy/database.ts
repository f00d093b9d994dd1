import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@deploy-kit/core'
import { z } from 'zod'

/** How old the knowledge of a scan is. Trivy itself takes a database of any age without a word. */
export interface DatabaseAge {
  /** When it was built, and when the next one was due; milliseconds since the epoch. */
  readonly updatedAt: number
  readonly nextUpdate: number
  readonly ageMs: number
  /** Whether the next one was due already. */
  readonly outdated: boolean
}

const instant = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => !Number.isNaN(time))
const metadata = z.object({ UpdatedAt: instant, NextUpdate: instant })

/** The age of the database in a cache; undefined when there is none whose metadata can be read. */
export const databaseAge = async (cacheDirectory: string, clock: Clock): Promise<DatabaseAge | undefined> => {
  const text = await readFile(join(cacheDirectory, 'db', 'metadata.json'), 'utf8').catch(() => 'null')
  const checked = metadata.safeParse(parse(text))
  if (!checked.success) return undefined
  const now = clock.now()
  const { UpdatedAt: updatedAt, NextUpdate: nextUpdate } = checked.data
  return { updatedAt, nextUpdate, ageMs: now - updatedAt, outdated: now > nextUpdate }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
