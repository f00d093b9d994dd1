import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, cp, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { pack } from 'tar-stream'
import { loopback } from '../fakes/loopback.ts'
import { sources } from './fixtures.ts'
import { setStage, silentServer } from './stage.ts'
import { makeDatabase, trivy } from './tools.ts'

// Each test is named after a fault of the usual actions, or a trap of Trivy's own, that was seen to happen: see docs/scan-trivy.md.

const stage = await setStage()
const close: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of close.splice(0)) await end()
  stage.warnings.length = 0
})
afterAll(() => stage.strike())

const ids = (findings: readonly { readonly id: string }[]): readonly string[] => findings.map(({ id }) => id)
const vulnerable = await stage.builds()
const subject = { kind: 'layout', directory: vulnerable.image } as const
const clean = await stage.builds({ openssl: '3.0.15-1~deb12u1', lodash: '4.17.21' })
const day = 24 * 60 * 60 * 1_000

/** An empty cache directory, and scans that may ask mirrors. */
const elsewhere = () => ({ cacheDirectory: stage.fresh('cache'), offline: false })
const goodMirror = await stage.publishes(stage.cache)

describe('faults of the usual actions', () => {
  test('glued ignore ids: a file without a last line end does not spoil two entries', async () => {
    await stage.writes('one', 'CVE-2024-5535\nCVE-2022-3715')
    await stage.writes('two', 'CVE-2021-23337')
    const { outputs } = await stage.runs({ image: vulnerable.image, 'ignore-files': 'one\ntwo' })
    expect(outputs).toMatchObject({ verdict: 'pass', 'suppressed-count': '3' })
  })

  test('upper-case booleans mean what they say', async () => {
    for (const [value, failing] of [
      ['TRUE', '2'],
      ['True', '2'],
      ['FALSE', '3'],
    ] as const)
      expect((await stage.runs({ image: vulnerable.image, 'ignore-unfixed': value })).outputs).toMatchObject({ failing })
    expect((await stage.runs({ image: vulnerable.image, 'ignore-unfixed': 'yes' })).outputs).toMatchObject({
      'reason-code': 'input-invalid',
    })
  })

  test('the severity gate is not lost in SARIF: a mild finding is reported and does not fail', async () => {
    const { exitCode, outputs } = await stage.runs({ image: clean.image, 'fail-on': 'critical', formats: 'sarif', report: 'sarif/r.json' })
    expect([exitCode, outputs['verdict']]).toEqual([0, 'pass'])
    expect(await stage.reads('sarif/r.sarif')).toContain('CVE-2023-45853')
  })

  test('an error is not a finding: nothing to scan is `error`, and no verdict', async () => {
    const reference = `${stage.registry.host}/acme/none@sha256:${'0'.repeat(64)}`
    const { exitCode, outputs } = await stage.runs({ image: reference })
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'error', 'reason-code': 'trivy-failed' })
    expect(outputs).not.toHaveProperty('verdict')
  })

  test('five outputs are one scan', async () => {
    const { outputs } = await stage.runs({
      image: vulnerable.image,
      formats: 'sarif, markdown, table, cyclonedx, predicate',
      report: 'five/r.json',
    })
    for (const name of ['report', 'sarif', 'markdown', 'table', 'sbom', 'predicate'])
      expect((await stat(outputs[name] ?? '')).size).toBeGreaterThan(0)
  })

  test('the failure says what failed, and what would help', async () => {
    const { failures } = await stage.runs({ image: vulnerable.image })
    expect(failures[0]).toMatch(/^vulnerabilities-found\n {2}3 findings fail .*CVE-2024-5535 in libssl3.*fixed in 3\.0\.15.*Most helps: /s)
  })

  test('paths with spaces are one path, and nothing is left in the workspace but what was asked for', async () => {
    await mkdir(join(stage.workspace, 'with space'), { recursive: true })
    await stage.writes('with space/ignore me', 'CVE-2024-5535')
    const before = await readdir(stage.workspace)
    const { outputs } = await stage.runs({
      image: vulnerable.image,
      'ignore-files': 'with space/ignore me',
      report: 'with space/r.json',
      formats: 'sarif',
    })
    expect(outputs).toMatchObject({ failing: '2' })
    expect(await readdir(stage.workspace)).toEqual(before)
    expect((await readdir(join(stage.workspace, 'with space'))).toSorted()).toEqual(['ignore me', 'r.json', 'r.sarif'])
  })

  test('keys in a plain ignore file are an error, where Trivy ignores nothing and says nothing', async () => {
    await stage.writes('.trivyignore', 'vulnerabilities:\n  - id: CVE-2024-5535\n')
    const { outputs } = await stage.runs({ image: vulnerable.image })
    await rm(join(stage.workspace, '.trivyignore'))
    expect(outputs).toMatchObject({ outcome: 'error', 'reason-code': 'ignore-file-invalid' })
  })

  test('a stale ignore is told, one whose day is over does not count', async () => {
    await stage.writes('stale', 'CVE-2000-0001\nCVE-2024-5535 exp:2024-01-01\n')
    const { outputs, said } = await stage.runs({ image: vulnerable.image, 'ignore-files': 'stale' })
    expect(outputs).toMatchObject({ failing: '3' })
    expect(said).toContain('CVE-2000-0001 is ignored in vain: nothing of it was found (stale:1).')
    expect(said).toContain('CVE-2024-5535 is not ignored any more: its day is over (stale:2).')
  })

  test('settings of the machine do not leak in: no variable, no trivy.yaml, no ignore file of the working directory', async () => {
    await stage.writes('trivy.yaml', 'severity: [UNKNOWN]\n')
    const scanned = await stage.scans(
      { subject },
      { TRIVY_SEVERITY: 'UNKNOWN', TRIVY_IGNORE_UNFIXED: 'true', GITHUB_TOKEN: 'x', TRIVY_EXIT_CODE: '9' },
    )
    await rm(join(stage.workspace, 'trivy.yaml'))
    expect(scanned.counts).toMatchObject({ critical: 1, high: 2, medium: 1, low: 1 })
  })

  test('two scans of one job at once do not fight over the cache', async () => {
    const both = await Promise.all([stage.scans({ subject }), stage.scans({ subject })])
    expect(both.map(({ failing }) => failing.length)).toEqual([3, 3])
  })

  test('every platform of an index is scanned, and not the first alone', async () => {
    const arm = await stage.builds({ openssl: '3.0.15-1~deb12u1', built: 'arm' })
    const layout = stage.fresh('index')
    await cp(clean.image, layout, { recursive: true })
    await cp(join(arm.image, 'blobs'), join(layout, 'blobs'), { recursive: true })
    await cp(join(vulnerable.image, 'blobs'), join(layout, 'blobs'), { recursive: true })
    const manifests = await Promise.all(
      [clean, vulnerable].map(async ({ image }, index) => {
        const {
          manifests: [entry],
        } = JSON.parse(await readFile(join(image, 'index.json'), 'utf8')) as {
          manifests: [{ digest: string; size: number; mediaType: string }]
        }
        return {
          mediaType: entry.mediaType,
          digest: entry.digest,
          size: entry.size,
          platform: { os: 'linux', architecture: ['amd64', 'arm64'][index] },
        }
      }),
    )
    const content = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    await writeFile(join(layout, 'blobs', ...digest.split(':')), content)
    const entry = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: Buffer.byteLength(content) }
    await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
    const scanned = await stage.scans({ subject: { kind: 'layout', directory: layout, digest } })
    expect(scanned).toMatchObject({ result: 'fail', platforms: ['linux/amd64', 'linux/arm64'] })
    expect(scanned.failing.find(({ id }) => id === 'CVE-2024-5535')?.platforms).toEqual(['linux/arm64'])
    expect(scanned.digests).toHaveLength(3)
  })
})

describe('traps of the database', () => {
  test('a dead mirror, which accepts and never answers: killed, and the next one is asked', async () => {
    const dead = await silentServer()
    close.push(dead.close)
    const scanned = await stage.scans({
      subject,
      ...elsewhere(),
      database: { mirrors: [`${dead.host}/trivy-db:2`, goodMirror], mirrorTimeoutMs: 1_500 },
    })
    expect(scanned.database).toMatchObject({ source: goodMirror })
  })

  test.each([
    ['a refused connection', async () => '127.0.0.1:9/trivy-db:2'],
    ['a name that does not exist', async () => 'mirror.invalid/trivy-db:2'],
    ['a tag that is not there', async () => `${stage.registry.host}/nothing:2`],
    ['401', async () => await answering(401, JSON.stringify({ errors: [{ code: 'UNAUTHORIZED' }] }))],
    ['403, as after an expired login', async () => await answering(403, JSON.stringify({ errors: [{ code: 'DENIED' }] }))],
    ['503 with a code that Trivy does not know', async () => await answering(503, JSON.stringify({ errors: [{ code: 'SLOWDOWN' }] }))],
    ['429', async () => await answering(429, JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS' }] }))],
    ['a page', async () => await answering(200, '<html>please log in</html>')],
  ])('the next mirror after %s', async (_what, mirror) => {
    const scanned = await stage.scans({ subject, ...elsewhere(), database: { mirrors: [await mirror(), goodMirror] } })
    expect(scanned.database).toMatchObject({ source: goodMirror, outdated: false })
    expect(scanned.failing).toHaveLength(3)
  })

  test.each([
    ['cut short', async (file: string) => truncate(file, 30_000)],
    ['empty', async (file: string) => truncate(file, 0)],
    ['something else', async (file: string) => writeFile(file, Buffer.alloc(65_536, 7))],
    [
      'damaged inside, where only Trivy sees it',
      async (file: string) => {
        const { size } = await stat(file)
        const handle = await open(file, 'r+')
        await handle.write(Buffer.alloc(size - 8_192, 0xff), 0, size - 8_192, 8_192)
        await handle.close()
      },
    ],
  ])('a corrupt database is replaced: %s', async (_what, damage) => {
    const here = elsewhere()
    const database = { mirrors: [goodMirror] }
    await stage.scans({ subject, ...here, database })
    await damage(join(here.cacheDirectory, 'db', 'trivy.db'))
    const scanned = await stage.scans({ subject, ...here, database })
    expect(scanned.failing).toHaveLength(3)
    expect(scanned.database).toMatchObject({ source: goodMirror })
    // And offline, where nothing can be fetched, it is an error that says so.
    await damage(join(here.cacheDirectory, 'db', 'trivy.db'))
    await expect(stage.scans({ subject, ...here, offline: true })).rejects.toMatchObject({ code: 'trivy-database-unavailable' })
  })

  test('a stale cache: a database of eleven months ago is not taken without a word', async () => {
    const cacheDirectory = stage.fresh('stale')
    makeDatabase(cacheDirectory, { updatedAt: new Date(Date.now() - 335 * day) })
    const scans = (maxAgeMs: number) =>
      stage.scans({ subject, cacheDirectory, offline: false, database: { mirrors: ['127.0.0.1:9/trivy-db:2'], maxAgeMs } })
    await expect(scans(7 * day)).rejects.toMatchObject({ code: 'trivy-database-outdated' })
    expect((await scans(400 * day)).database).toMatchObject({ outdated: true, source: 'cache' })
    expect(stage.warnings).toEqual([expect.stringContaining('a newer one was due')])
    // A mirror that has a newer one is asked, and the old one is gone.
    const fresh = await stage.scans({ subject, cacheDirectory, offline: false, database: { mirrors: [goodMirror] } })
    expect(fresh.database).toMatchObject({ outdated: false, source: goodMirror })
  })

  test('no mirror and no copy is an error that names what each mirror said', async () => {
    await expect(stage.scans({ subject, ...elsewhere(), database: { mirrors: ['127.0.0.1:9/trivy-db:2'] } })).rejects.toMatchObject({
      code: 'trivy-database-unavailable',
      message: expect.stringMatching(/127\.0\.0\.1:9\/trivy-db:2: .*connection refused/s),
    })
  })

  test('a jar without its database is an error about that database', async () => {
    const jar = await stage.builds({ files: { 'lib/app.jar': 'PK\u0005\u0006'.padEnd(22, '\0') }, built: 'jar' })
    await expect(
      stage.scans({
        subject: { kind: 'layout', directory: jar.image },
        offline: false,
        database: { mirrors: [goodMirror], javaMirrors: ['127.0.0.1:9/trivy-java-db:1'] },
      }),
    ).rejects.toMatchObject({ code: 'trivy-database-unavailable', message: expect.stringContaining('java') })
  })
})

/** A registry that answers everything in one way; 401 and others may carry a body. */
const answering = async (status: number, body: string): Promise<string> => {
  const server = await loopback(
    (_request, response) =>
      void response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body),
  )
  close.push(() => server.close())
  return `${server.url.replace('http://', '')}/trivy-db:2`
}

describe('the scanner itself', () => {
  test('a poisoned binary is not run: what is kept is hashed again, and fetched again when it is another', async () => {
    const archive = stage.fresh('trivy.tar.gz')
    const tar = pack()
    const { size } = await stat(trivy)
    const written = pipeline(tar, createGzip({ level: 1 }), createWriteStream(archive))
    await pipeline(createReadStream(trivy), tar.entry({ name: 'trivy', mode: 0o755, size }))
    tar.finalize()
    await written
    const hash = createHash('sha256')
    await pipeline(createReadStream(archive), hash)
    const sha256 = hash.digest('hex')
    let asked = 0
    const server = createServer((request, response) => {
      asked += 1
      if (request.url !== `/v0.73.0/trivy_0.73.0_${process.arch === 'arm64' ? 'Linux-ARM64' : 'Linux-64bit'}.tar.gz`)
        response.writeHead(404).end()
      else createReadStream(archive).pipe(response)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    close.push(async () => new Promise((resolve) => server.close(resolve)))
    const directory = stage.fresh('releases')
    const install = {
      when: 'always' as const,
      version: '0.73.0',
      sha256,
      from: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      directory,
      timeoutMs: 60_000,
    }
    const scans = () => stage.scans({ subject, install, offline: false })
    expect((await scans()).trivy).toMatchObject({ installed: true })
    const [name = ''] = await readdir(directory)
    await copyFile('/bin/true', join(directory, name))
    expect(await scans()).toMatchObject({ result: 'fail', trivy: { installed: true } })
    expect([asked, stage.warnings]).toEqual([2, [expect.stringContaining('is not the archive that was released')]])
  })

  test('an unwritable temporary directory is an error, not a pass', async () => {
    const file = stage.fresh('a-file')
    await writeFile(file, '')
    await expect(stage.scans({ subject, cacheDirectory: join(file, 'cache') })).rejects.toMatchObject({ code: 'scan-directory-unwritable' })
    await expect(stage.scans({ subject, report: join(file, 'report.json') })).rejects.toMatchObject({ code: 'scan-directory-unwritable' })
  })

  test('an OCI layout in a tar, which Trivy cannot read, is told with what to do', async () => {
    const tar = pack()
    const file = stage.fresh('layout.tar')
    const written = pipeline(tar, createWriteStream(file))
    for (const name of ['oci-layout', 'index.json']) tar.entry({ name }, await readFile(join(vulnerable.image, name)))
    tar.finalize()
    await written
    await expect(stage.scans({ subject: { kind: 'archive', file } })).rejects.toMatchObject({
      code: 'scan-subject-invalid',
      remedy: expect.stringContaining('--output type=docker'),
    })
  })

  test('a directory without anything that Trivy understands passes, and the summary says how little that is', async () => {
    await mkdir(join(stage.workspace, 'nothing'), { recursive: true })
    await stage.writes('nothing/a.bin', '\u0001')
    const { exitCode, summary } = await stage.runs({ image: 'nothing' })
    expect(exitCode).toBe(0)
    expect(summary).toContain('this pass says little')
  })

  test('checks of configuration are those in the program: no server is asked, and the same file gives the same findings', async () => {
    const directory = stage.fresh('sources')
    await sources(directory)
    const runs = [
      await stage.scans({ subject: { kind: 'configuration', directory } }),
      await stage.scans({ subject: { kind: 'configuration', directory } }),
    ]
    expect(ids(runs[0]?.failing ?? [])).toEqual(ids(runs[1]?.failing ?? []))
  })
})
