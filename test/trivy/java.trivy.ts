import { createHash } from 'node:crypto'
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { setStage } from './stage.ts'
import { makeDatabase } from './tools.ts'

const stage = await setStage()
afterAll(() => stage.strike())

/** The smallest jar there is: a zip without entries. Nothing in it says what it is; its SHA-1 does, to who has the database. */
const jar = 'PK\u0005\u0006'.padEnd(22, '\0')
const vulnerabilities = 'maven::GitHub Security Advisory Maven'

/** A Java database with one artifact, made with the statements of trivy-java-db (pkg/db/db.go). */
const javaDatabase = async (cache: string, version: string): Promise<void> => {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const home = join(cache, 'java-db')
  await mkdir(home, { recursive: true })
  const database = new DatabaseSync(join(home, 'trivy-java.db'))
  database.exec('CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)')
  database.exec(
    'CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT, foreign key (artifact_id) references artifacts(id))',
  )
  database.exec('CREATE UNIQUE INDEX artifacts_idx ON artifacts(artifact_id, group_id)')
  database.exec('CREATE INDEX indices_artifact_idx ON indices(artifact_id)')
  database.exec('CREATE UNIQUE INDEX indices_sha1_idx ON indices(sha1)')
  database.exec("INSERT INTO artifacts VALUES (1, 'com.acme', 'weak')")
  const sha1 = createHash('sha1').update(jar, 'latin1').digest()
  database.prepare("INSERT INTO indices VALUES (1, ?, ?, 'jar')").run(version, sha1)
  database.close()
  const now = Date.now()
  const day = 24 * 60 * 60 * 1_000
  const metadata = { Version: 1, UpdatedAt: new Date(now - day / 2), NextUpdate: new Date(now + day), DownloadedAt: new Date(now) }
  await writeFile(join(home, 'metadata.json'), JSON.stringify(metadata))
}

let mirror: string
let javaMirror: string
let image: string

beforeAll(async () => {
  const advisories = JSON.parse(await readFile('test/trivy/advisories.json', 'utf8')) as {
    dataSources: Record<string, object>
    advisories: Record<string, object>
    vulnerabilities: Record<string, object>
  }
  advisories.dataSources[vulnerabilities] = { ID: 'ghsa', Name: 'GitHub Security Advisory Maven', URL: 'https://github.com/advisories' }
  advisories.advisories[vulnerabilities] = {
    'com.acme:weak': { 'CVE-2021-44228': { PatchedVersions: ['2.15.0'], VulnerableVersions: ['< 2.15.0'] } },
  }
  advisories.vulnerabilities['CVE-2021-44228'] = { Title: 'weak: remote code execution', Severity: 'CRITICAL', VendorSeverity: { ghsa: 4 } }
  await stage.writes('with-maven.json', JSON.stringify(advisories))
  const published = stage.fresh('published')
  makeDatabase(published, { advisories: join(stage.workspace, 'with-maven.json') })
  await javaDatabase(published, '2.14.1')
  mirror = await stage.publishes(published)
  javaMirror = await stage.publishes(published, 'java')
  image = (await stage.builds({ openssl: '3.0.15-1~deb12u1', lodash: '4.17.21', files: { 'lib/app.jar': jar }, built: 'jar' })).image
})

const scans = (cacheDirectory: string, javaMirrors: readonly string[] = [javaMirror]) =>
  stage.scans({
    subject: { kind: 'layout', directory: image },
    failOn: ['critical'],
    cacheDirectory,
    offline: false,
    database: { mirrors: [mirror], javaMirrors },
  })

test('a jar is known by its hash: Trivy asks for its database, and that is fetched from the first mirror that has one', async () => {
  const scanned = await scans(stage.fresh('cache'), ['127.0.0.1:9/trivy-java-db:1', javaMirror])
  expect(scanned.failing).toMatchObject([{ id: 'CVE-2021-44228', package: 'com.acme:weak', installed: '2.14.1', fixed: '2.15.0' }])
})

test('that database is kept, healed when it is damaged, and enough for a scan without a network', async () => {
  const cache = stage.fresh('cache')
  await scans(cache)
  const offline = await stage.scans({
    subject: { kind: 'layout', directory: image },
    failOn: ['critical'],
    cacheDirectory: cache,
  })
  expect(offline.failing).toHaveLength(1)

  await truncate(join(cache, 'java-db', 'trivy-java.db'), 5_000)
  expect((await scans(cache)).failing).toHaveLength(1)
  expect(stage.warnings).toContainEqual(expect.stringMatching(/^The java database .* is not used: it was cut short/))
})
