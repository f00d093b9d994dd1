import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { DatabaseStore } from '@deploy-kit/scan'
import { cleanUp, goodMirror, machine } from './fake-trivy.ts'

afterEach(cleanUp)

const hour = 3_600_000
const day = 24 * hour
const other = 'other.test/trivy-db:2'
const downloads = (calls: readonly { readonly argv: readonly string[] }[]): readonly (string | undefined)[] =>
  calls.filter(({ argv }) => argv.includes('--download-db-only')).map(({ argv }) => argv.at(-1))

describe('the database', () => {
  test('is fetched once, and serves until the next one is due', async () => {
    const here = await machine({ report: 'clean' })
    expect((await here.scans()).database).toEqual({
      updatedAt: Date.parse('2026-11-21T18:00:00Z'),
      nextUpdate: Date.parse('2026-11-22T18:00:00Z'),
      ageMs: 6 * hour,
      outdated: false,
      source: goodMirror,
    })
    expect((await here.scans()).database).toMatchObject({ source: 'cache' })
    expect(downloads(await here.calls())).toEqual([goodMirror])
    here.clock.time += day
    await here.scans()
    expect(downloads(await here.calls())).toEqual([goodMirror, goodMirror])
  })

  test('is not fetched for what needs none', async () => {
    const here = await machine({ report: 'clean', mirrors: {} })
    expect(await here.scans({ scanners: ['misconfig', 'secret'] })).toMatchObject({ result: 'pass', database: undefined })
  })

  test.each([
    [
      'refuses the connection',
      { stderr: 'init error: DB error: failed to download vulnerability DB: dial tcp 127.0.0.1:9: connect: connection refused' },
    ],
    ['has too many requests', { stderr: 'init error: DB error: failed to download vulnerability DB: TOOMANYREQUESTS: retry-after: 1s' }],
    ['has no such name', { stderr: 'init error: DB error: failed to download vulnerability DB: MANIFEST_UNKNOWN' }],
    ['answers with a page', { stderr: 'init error: DB error: unacceptable media type: text/html' }],
    ['gives half a database', { bytes: 8_192 }],
  ])('comes from the next mirror when one %s', async (_what, mirror) => {
    const here = await machine({ report: 'clean', mirrors: { [other]: mirror, [goodMirror]: {} } })
    expect((await here.scans({ database: { mirrors: [other, goodMirror] } })).database).toMatchObject({ source: goodMirror })
    expect(here.warnings).toEqual([])
  })

  test('comes from the next mirror when one accepts and never answers: that one is killed', async () => {
    const here = await machine({ report: 'clean', mirrors: { [other]: { hangs: true }, [goodMirror]: {} } })
    const scanned = await here.scans({ database: { mirrors: [other, goodMirror], mirrorTimeoutMs: 500 } })
    expect(scanned.database).toMatchObject({ source: goodMirror })
  })

  test('is asked for without credentials first, whose expiry makes a public mirror say DENIED', async () => {
    const here = await machine({
      report: 'clean',
      mirrors: { [goodMirror]: { stderr: 'DB error: DENIED: requested access is denied', unless: ['DOCKER_CONFIG', '/home/me/.docker'] } },
    })
    expect((await here.scans({}, { HOME: '/home/me' })).database).toMatchObject({ source: goodMirror })
    expect(downloads(await here.calls())).toEqual([goodMirror, goodMirror])
  })

  test('serves with a warning when no mirror answers, until it is too old', async () => {
    const here = await machine({ report: 'clean' })
    await here.scans()
    here.clock.time += 3 * day
    const stale = await here.scans({ database: { mirrors: [other], maxAgeMs: 7 * day } })
    expect(stale.database).toMatchObject({ outdated: true, source: 'cache', ageMs: 3 * day + 6 * hour })
    expect(here.warnings).toEqual([
      expect.stringMatching(/^The vulnerability database is 78 h old, and a newer one was due.*other\.test.*no such host/s),
    ])
    here.clock.time += 5 * day
    await expect(here.scans({ database: { mirrors: [other], maxAgeMs: 7 * day } })).rejects.toMatchObject({
      code: 'trivy-database-outdated',
      message: expect.stringContaining('other.test/trivy-db:2: '),
    })
  })

  test('is there when the job is offline, or the scan fails', async () => {
    const here = await machine({ report: 'clean' })
    await expect(here.scans({ offline: true })).rejects.toMatchObject({
      code: 'trivy-database-unavailable',
      message: expect.stringContaining('offline'),
    })
    expect(downloads(await here.calls())).toEqual([])
    await here.scans()
    await here.scans({ offline: true })
    const [, { argv } = { argv: [] }] = await here.scanCalls()
    expect(argv).toContain('--offline-scan')
  })

  test.each([
    ['cut short', (file: string) => truncate(file, 9_000)],
    ['empty', (file: string) => truncate(file, 0)],
    ['another file', (file: string) => writeFile(file, Buffer.alloc(65_536, 7))],
    ['without metadata', (file: string) => rm(join(file, '..', 'metadata.json'))],
    [
      'of another schema',
      (file: string) =>
        writeFile(
          join(file, '..', 'metadata.json'),
          JSON.stringify({ Version: 3, UpdatedAt: '2026-11-21T18:00:00Z', NextUpdate: '2026-11-22T18:00:00Z' }),
        ),
    ],
  ])('is fetched again when it is %s, which Trivy would not do', async (_what, damage) => {
    const here = await machine({ report: 'clean' })
    await here.scans()
    await damage(join(here.cache, 'db', 'trivy.db'))
    expect((await here.scans()).database).toMatchObject({ source: goodMirror })
    expect(here.warnings).toEqual([expect.stringContaining('is not used: ')])
  })

  test('that is damaged where only Trivy sees it is fetched again, once', async () => {
    const panic = { stderr: 'panic: assertion failed: Page expected to be: 10, but self identifies as 0\n', status: 2 }
    const healed = await machine({ scans: [panic, { report: 'clean' }] })
    expect(await healed.scans()).toMatchObject({ result: 'pass' })
    expect(downloads(await healed.calls())).toHaveLength(2)
    const broken = await machine({ scans: [panic, panic] })
    await expect(broken.scans()).rejects.toMatchObject({ code: 'trivy-database-unavailable' })
    expect(downloads(await broken.calls())).toHaveLength(2)
  })

  test('stays as it was when a download is killed in the middle', async () => {
    const here = await machine({ report: 'clean', mirrors: { [goodMirror]: {}, [other]: { hangs: true } } })
    await here.scans()
    const before = await readFile(join(here.cache, 'db', 'trivy.db'))
    here.clock.time += day
    await here.scans({ database: { mirrors: [other], mirrorTimeoutMs: 500 } })
    expect(await readFile(join(here.cache, 'db', 'trivy.db'))).toEqual(before)
  })

  test('for jars is fetched when Trivy asks for it, and kept fresh from then on', async () => {
    const java = 'mirror.test/trivy-java-db:1'
    const asks = { stderr: "run error: Java DB update failed: DB error: '--skip-java-db-update' cannot be specified on the first run\n" }
    const here = await machine({
      scans: [asks, { report: 'clean' }, { report: 'clean' }],
      mirrors: { [goodMirror]: {}, [java]: {} },
    })
    const database = { javaMirrors: [java] }
    await here.scans({ database })
    here.clock.time += day
    await here.scans({ database })
    expect((await here.calls()).filter(({ argv }) => argv.includes('--download-java-db-only'))).toHaveLength(2)
  })
})

/** A store in memory that has what was given to it. */
const store = (at: string) => {
  const kept = new Map<number, { readonly database: Buffer; readonly metadata: Buffer }>()
  const memory: DatabaseStore & { readonly saved: () => readonly number[] } = {
    restore: async (_kind, cache) => {
      const newest = Math.max(...kept.keys())
      const files = kept.get(newest)
      if (files === undefined) return undefined
      await mkdir(join(cache, 'db'), { recursive: true })
      await writeFile(join(cache, 'db', 'trivy.db'), files.database)
      await writeFile(join(cache, 'db', 'metadata.json'), files.metadata)
      return String(newest)
    },
    save: async (_kind, cache, updatedAt) => {
      if (cache !== at) throw new Error(`${cache} is another directory`)
      if (kept.has(updatedAt)) throw new Error('keys are never written twice')
      kept.set(updatedAt, {
        database: await readFile(join(cache, 'db', 'trivy.db')),
        metadata: await readFile(join(cache, 'db', 'metadata.json')),
      })
    },
    saved: () => [...kept.keys()],
  }
  return memory
}

describe('a database kept from another job', () => {
  test('is taken while it is fresh, and replaced by the time it was built at when it is not', async () => {
    const here = await machine({ report: 'clean' })
    const databases = store(here.cache)
    const scans = () => here.scans({}, {}, undefined, { databases })
    await scans()
    await rm(here.cache, { recursive: true })
    expect((await scans()).database).toMatchObject({ source: 'store' })
    expect(downloads(await here.calls())).toHaveLength(1)
    expect(databases.saved()).toEqual([Date.parse('2026-11-21T18:00:00Z')])
  })

  test('is looked at like any other: a poisoned one is thrown away', async () => {
    const here = await machine({ report: 'clean' })
    const databases: DatabaseStore = {
      restore: async (_kind, cache) => {
        await mkdir(join(cache, 'db'), { recursive: true })
        await writeFile(join(cache, 'db', 'trivy.db'), 'not a database')
        return 'key'
      },
      save: async () => undefined,
    }
    expect((await here.scans({}, {}, undefined, { databases })).database).toMatchObject({ source: goodMirror })
    expect(here.warnings).toEqual([expect.stringContaining('is not used')])
  })

  test('is not asked for when the scan is offline', async () => {
    const here = await machine({ report: 'clean' })
    const databases: DatabaseStore = {
      restore: async () => {
        throw new Error('offline')
      },
      save: async () => undefined,
    }
    await here.scans()
    expect(await here.scans({ offline: true }, {}, undefined, { databases })).toMatchObject({ result: 'pass' })
  })
})
