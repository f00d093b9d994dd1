import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatDuration, KitError, messageOf, type Clock } from '@deploy-kit/core'
import { runTrivy, type TrivyPorts } from '../trivy/run-trivy.ts'
import { registryAccess } from '../trivy/scan-target.ts'
import { inspect, type Inspection } from './integrity.ts'
import { databases, type DatabaseKind, type DatabaseMetadata } from './metadata.ts'

/** Keeps databases from one job to the next. */
export interface DatabaseStore {
  /** Puts the newest database that it has into the directory; its key, or undefined when it has none. */
  restore(kind: DatabaseKind, directory: string): Promise<string | undefined>
  /** Keeps a database under the time that it was built at. */
  save(kind: DatabaseKind, directory: string, updatedAt: number): Promise<void>
}

export interface DatabaseOptions {
  readonly cacheDirectory: string
  /** OCI repositories in the order in which they are tried. */
  readonly mirrors: readonly string[]
  /** How old a database may be when no mirror answers. */
  readonly maxAgeMs: number
  /** Asks no mirror and no store. */
  readonly offline: boolean
  /** Time for one mirror; then Trivy is killed, which waits for ever for one that accepts and never answers. */
  readonly mirrorTimeoutMs: number
}

export interface DatabasePorts {
  readonly clock: Clock
  readonly trivy: TrivyPorts
  readonly store?: DatabaseStore
  readonly warn: (message: string) => void
}

/** The knowledge of a scan: how old it is, and where it is from. Trivy itself takes a database of any age without a word. */
export interface Database {
  /** When it was built, and when the next one was due; milliseconds since 1970. */
  readonly updatedAt: number
  readonly nextUpdate: number
  readonly ageMs: number
  /** Whether the next one was due already. */
  readonly outdated: boolean
  /** A mirror, `cache` for the cache directory, or `store` for what was kept from another job. */
  readonly source: string
}

/** Where Aqua publishes; each tried in turn. The tag is the schema. */
export const usualMirrors: Readonly<Record<DatabaseKind, readonly string[]>> = {
  vulnerability: ['mirror.gcr.io/aquasec/trivy-db:2', 'ghcr.io/aquasecurity/trivy-db:2', 'public.ecr.aws/aquasecurity/trivy-db:2'],
  java: ['mirror.gcr.io/aquasec/trivy-java-db:1', 'ghcr.io/aquasecurity/trivy-java-db:1', 'public.ecr.aws/aquasecurity/trivy-java-db:1'],
}

/**
 * Sees to it that the cache directory holds a sound database: the one that is there while none newer is due, else one from
 * the store, else one from a mirror. When no mirror answers, an outdated one serves with a warning until `maxAgeMs`.
 * @throws KitError `trivy-database-unavailable` when there is none, `trivy-database-outdated` when it is too old
 */
export const provideDatabase = async (
  program: string,
  kind: DatabaseKind,
  options: DatabaseOptions,
  ports: DatabasePorts,
): Promise<Database> => {
  const { cacheDirectory, offline } = options
  let found = await soundOrNothing(kind, options, ports)
  if (found !== undefined && isFresh(found, ports.clock)) return databaseOf(found, 'cache', ports.clock)
  let source = 'cache'
  if (!offline && ports.store !== undefined) {
    await ports.store.restore(kind, cacheDirectory)
    const restored = await soundOrNothing(kind, options, ports)
    if (restored !== undefined && restored.updatedAt > (found?.updatedAt ?? 0)) source = 'store'
    found = restored
    if (found !== undefined && isFresh(found, ports.clock)) return databaseOf(found, source, ports.clock)
  }
  const failures: string[] = []
  for (const mirror of offline ? [] : options.mirrors) {
    const fetched = await fetchFrom(mirror, program, kind, options, ports).catch((error: unknown) => {
      ports.trivy.signal.throwIfAborted()
      failures.push(`${mirror}: ${messageOf(error)}`)
      return undefined
    })
    if (fetched === undefined) continue
    await ports.store?.save(kind, cacheDirectory, fetched.updatedAt)
    return databaseOf(fetched, mirror, ports.clock)
  }
  return makeDo(found, source, kind, failures, options, ports)
}

/** What is left when no mirror gave one. */
const makeDo = (
  found: DatabaseMetadata | undefined,
  source: string,
  kind: DatabaseKind,
  failures: readonly string[],
  { cacheDirectory, maxAgeMs, offline, mirrors }: DatabaseOptions,
  { clock, warn }: DatabasePorts,
): Database => {
  const why = offline
    ? 'The scan is offline.'
    : `None of ${mirrors.length} mirrors gave one:${failures.map((failure) => `\n  ${failure}`).join('')}`
  if (found === undefined)
    throw new KitError('trivy-database-unavailable', `There is no sound ${kind} database in \`${cacheDirectory}\`. ${why}`)
  const database = databaseOf(found, source, clock)
  const age = `The ${kind} database is ${formatDuration(database.ageMs)} old`
  if (database.ageMs > maxAgeMs)
    throw new KitError('trivy-database-outdated', `${age}; \`db-max-age\` allows ${formatDuration(maxAgeMs)}. ${why}`)
  if (database.outdated) warn(`${age}, and a newer one was due. It is used, being younger than \`db-max-age\`. ${why}`)
  return database
}

/**
 * Fetches into a directory beside the cache and moves it there when it is whole: a download that was killed leaves the
 * database that was there before. Trivy makes the exchange, which knows media types and formats, with no credentials at first:
 * an expired login of some earlier step makes a public registry say DENIED.
 */
const fetchFrom = async (
  mirror: string,
  program: string,
  kind: DatabaseKind,
  { cacheDirectory, mirrorTimeoutMs }: DatabaseOptions,
  { trivy }: DatabasePorts,
): Promise<DatabaseMetadata> => {
  await mkdir(cacheDirectory, { recursive: true })
  const staging = await mkdtemp(join(cacheDirectory, 'fetch-'))
  try {
    const [only, repository] =
      kind === 'java' ? ['--download-java-db-only', '--java-db-repository'] : ['--download-db-only', '--db-repository']
    const fetchWith = (credentials: NodeJS.ProcessEnv): Promise<unknown> =>
      runTrivy(program, ['image', only, repository, mirror], mirrorTimeoutMs, { ...trivy, cacheDirectory: staging }, credentials)
    await fetchWith({ DOCKER_CONFIG: trivy.workDirectory }).catch((error: unknown) => {
      if (!/UNAUTHORIZED|DENIED|\b40[13]\b/i.test(messageOf(error))) throw error
      return fetchWith(registryAccess(trivy.environment))
    })
    const inspection = await inspect(staging, kind)
    if (inspection.state !== 'sound') throw new Error(describeInspection(inspection))
    const { directory } = databases[kind]
    await discard(cacheDirectory, kind)
    await rename(join(staging, directory), join(cacheDirectory, directory))
    return inspection.metadata
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Removes a database, so that the next one is fetched anew. */
export const discard = (cacheDirectory: string, kind: DatabaseKind): Promise<void> =>
  rm(join(cacheDirectory, databases[kind].directory), { recursive: true, force: true })

const soundOrNothing = async (
  kind: DatabaseKind,
  { cacheDirectory }: DatabaseOptions,
  { warn }: DatabasePorts,
): Promise<DatabaseMetadata | undefined> => {
  const inspection = await inspect(cacheDirectory, kind)
  if (inspection.state === 'damaged') {
    warn(`The ${kind} database in \`${cacheDirectory}\` is not used: ${inspection.why}.`)
    await discard(cacheDirectory, kind)
  }
  return inspection.state === 'sound' ? inspection.metadata : undefined
}

const describeInspection = (inspection: Exclude<Inspection, { state: 'sound' }>): string =>
  inspection.state === 'missing' ? 'what it gave holds no database' : `what it gave is no sound database: ${inspection.why}`

const isFresh = ({ nextUpdate }: DatabaseMetadata, clock: Clock): boolean => clock.now() < nextUpdate

const databaseOf = ({ updatedAt, nextUpdate }: DatabaseMetadata, source: string, clock: Clock): Database => ({
  updatedAt,
  nextUpdate,
  ageMs: Math.max(0, clock.now() - updatedAt),
  outdated: clock.now() >= nextUpdate,
  source,
})
