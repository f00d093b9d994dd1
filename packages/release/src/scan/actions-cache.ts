import { basename, join } from 'node:path'
import { messageOf, type Logger } from '@deploy-kit/core'
import { databases, type ArchiveStore, type DatabaseKind, type DatabaseStore } from '@deploy-kit/scan'

/** The part of @actions/cache that is used. */
export interface CacheClient {
  restoreCache(paths: string[], primaryKey: string, restoreKeys?: string[]): Promise<string | undefined>
  saveCache(paths: string[], key: string): Promise<number>
}

/**
 * GitHub's cache as it is; undefined where there is none. It is 1 MB of code, so it is loaded only when something is wanted
 * from it.
 */
export const githubCache = async (): Promise<CacheClient | undefined> => {
  const cache = await import('@actions/cache')
  return cache.isFeatureAvailable() ? cache : undefined
}

/** Opens the cache when it is first needed, and says once when there is none. */
export const cacheStores = (
  cacheDirectory: string,
  log: Logger,
  open: () => Promise<CacheClient | undefined> = githubCache,
): { readonly databases: DatabaseStore; readonly archives: ArchiveStore } => {
  let client: Promise<CacheClient | undefined> | undefined
  // A cache that fails costs a download, never the scan.
  const withCache = async <T>(what: string, use: (cache: CacheClient) => Promise<T>): Promise<T | undefined> => {
    try {
      const cache = await (client ??= open())
      return cache === undefined ? undefined : await use(cache)
    } catch (error) {
      log.info(`GitHub's cache could not ${what}: ${messageOf(error)}`)
      return undefined
    }
  }
  const directoryOf = (kind: DatabaseKind): string => join(cacheDirectory, databases[kind].directory)
  return {
    databases: {
      // The newest comes first: keys are found by what they begin with, and end in the time that the database was built at.
      restore: (kind) =>
        withCache('give a database', (cache) =>
          cache.restoreCache([directoryOf(kind)], databaseKey(kind, 'latest'), [databaseKey(kind, '')]),
        ),
      save: async (kind, _directory, updatedAt) => {
        await withCache('keep the database', (cache) => cache.saveCache([directoryOf(kind)], databaseKey(kind, stampOf(updatedAt))))
      },
    },
    archives: {
      restore: async (path, sha256) => {
        await withCache('give the archive of Trivy', (cache) => cache.restoreCache([path], archiveKey(path, sha256)))
      },
      save: async (path, sha256) => {
        await withCache('keep the archive of Trivy', (cache) => cache.saveCache([path], archiveKey(path, sha256)))
      },
    },
  }
}

/** With the schema: a database of another one is of no use. */
const databaseKey = (kind: DatabaseKind, end: string): string =>
  `deploy-kit-trivy-${databases[kind].directory}-${databases[kind].schema}-${end}`

const stampOf = (time: number): string => new Date(time).toISOString().replace(/[^0-9TZ]/g, '')

const archiveKey = (path: string, sha256: string): string => `deploy-kit-${basename(path)}-${sha256}`
