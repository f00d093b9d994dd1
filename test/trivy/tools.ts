import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where the tools are: on PATH, else where the toolbox of this repository's CI puts them. */
const directories = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  join(process.env['TOOLS_CACHE'] ?? join(homedir(), '.cache', 'deploy-tools'), 'bin'),
]

const found = (name: string, variable: string): string => {
  const given = process.env[variable]
  const path = given ?? directories.map((directory) => join(directory, name)).find((candidate) => existsSync(candidate))
  if (path !== undefined && existsSync(path)) return path
  throw new Error(
    `There is no \`${name}\` on PATH, and ${variable} names none. These tests run the real scanner with a database of their own, so they cannot pass without it.`,
  )
}

/** The real scanner, and what makes a small vulnerability database out of a list of advisories. */
export const trivy = found('trivy', 'TRIVY')
const makeDb = found('trivy-make-db', 'TRIVY_MAKE_DB')

/** Writes `db/trivy.db` and `db/metadata.json` into a cache directory: built at a time, and good for some hours. */
export const makeDatabase = (
  cache: string,
  { advisories = 'test/trivy/advisories.json', updatedAt, hours = 24 }: { advisories?: string; updatedAt?: Date; hours?: number } = {},
): void => {
  const built = updatedAt === undefined ? [] : ['-updated-at', updatedAt.toISOString()]
  execFileSync(makeDb, ['-in', advisories, '-cache', cache, '-next-update', `${hours}h`, ...built], { stdio: 'pipe' })
}
