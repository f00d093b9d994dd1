import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { cacheStores, type CacheClient } from '../../../packages/release/src/scan/actions-cache.ts'

/** GitHub's cache: keys are written once, and the newest is found by what a key begins with. */
class MemoryCache implements CacheClient {
  readonly entries: { readonly key: string; readonly paths: string }[] = []

  async restoreCache(paths: string[], primaryKey: string, restoreKeys: string[] = []): Promise<string | undefined> {
    const mine = this.entries.filter((entry) => entry.paths === paths.join())
    return (
      mine.find(({ key }) => key === primaryKey)?.key ??
      restoreKeys.flatMap((prefix) => mine.findLast(({ key }) => key.startsWith(prefix))?.key ?? [])[0]
    )
  }

  async saveCache(paths: string[], key: string): Promise<number> {
    if (key.length > 512 || key.includes(',')) throw new Error(`Key Validation Error: ${key}`)
    if (this.entries.some((entry) => entry.key === key)) throw new Error('another job may be creating this cache')
    this.entries.push({ key, paths: paths.join() })
    return this.entries.length
  }
}

const lastLines = (said: string[]) => ({ ...silentLogger, info: (text: string) => void said.push(text) })

describe("GitHub's cache", () => {
  test('keeps a database under the time that it was built at, and gives the newest of its schema', async () => {
    const cache = new MemoryCache()
    const { databases } = cacheStores('/tmp/trivy', silentLogger, async () => cache)
    await databases.save('vulnerability', '/tmp/trivy', Date.parse('2026-11-20T06:30:01.5Z'))
    await databases.save('vulnerability', '/tmp/trivy', Date.parse('2026-11-21T06:30:01.5Z'))
    await databases.save('java', '/tmp/trivy', Date.parse('2026-11-22T00:00:00Z'))
    expect(cache.entries[1]).toEqual({ key: 'deploy-kit-trivy-db-2-20261121T063001500Z', paths: join('/tmp/trivy', 'db') })
    expect(await databases.restore('vulnerability', '/tmp/trivy')).toBe('deploy-kit-trivy-db-2-20261121T063001500Z')
    expect(await databases.restore('java', '/tmp/trivy')).toBe('deploy-kit-trivy-java-db-1-20261122T000000000Z')
  })

  test('keeps an archive under its checksum', async () => {
    const cache = new MemoryCache()
    const { archives } = cacheStores('/tmp/trivy', silentLogger, async () => cache)
    await archives.save('/tmp/trivy/releases/trivy_0.73.0_Linux-64bit.tar.gz', 'abc')
    expect(cache.entries.map(({ key }) => key)).toEqual(['deploy-kit-trivy_0.73.0_Linux-64bit.tar.gz-abc'])
  })

  test('costs a download when it fails, never the scan, and is opened once', async () => {
    let opened = 0
    const said: string[] = []
    const failing: CacheClient = {
      restoreCache: async () => {
        throw new Error('cache service responded with 429')
      },
      saveCache: async () => {
        throw new Error('another job may be creating this cache')
      },
    }
    const { databases, archives } = cacheStores('/tmp/trivy', lastLines(said), async () => {
      opened += 1
      return failing
    })
    expect(await databases.restore('vulnerability', '/tmp/trivy')).toBeUndefined()
    await databases.save('vulnerability', '/tmp/trivy', 0)
    await archives.restore('/a', 'b')
    expect([opened, said]).toEqual([
      1,
      [
        "GitHub's cache could not give a database: cache service responded with 429",
        "GitHub's cache could not keep the database: another job may be creating this cache",
        "GitHub's cache could not give the archive of Trivy: cache service responded with 429",
      ],
    ])
  })

  test('is nothing where there is none', async () => {
    const { databases } = cacheStores('/tmp/trivy', silentLogger, async () => undefined)
    expect(await databases.restore('vulnerability', '/tmp/trivy')).toBeUndefined()
  })
})
