import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { build } from '@deploy-kit/image'
import { cleanUp, goodMirror, machine } from './fake-trivy.ts'

afterEach(cleanUp)

describe('a scan', () => {
  test('runs Trivy once, gates on its report, and leaves nothing behind but that', async () => {
    const here = await machine({ report: 'fs-vulnerabilities' })
    const report = join(here.room, 'out', 'report.json')
    const scanned = await here.scans({ report })
    expect(scanned).toMatchObject({
      result: 'fail',
      reasonCode: 'vulnerabilities-found',
      counts: { critical: 2, high: 1, medium: 0, low: 0, unknown: 0 },
      subject: here.files,
      trivy: { program: here.program, version: '0.73.0', installed: false },
      database: { source: goodMirror },
      files: { json: [report] },
    })
    expect(scanned.failing.map(({ id }) => id)).toEqual(['CVE-2020-14343', 'CVE-2021-44906', 'CVE-2021-23337'])
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ ArtifactName: 'app' })
    expect((await here.calls()).map(({ argv }) => argv[0])).toEqual(['--version', 'image', 'filesystem'])
    expect(await readdir(here.temporary)).toEqual([])
  })

  test('keeps the report as Trivy wrote it, with all that nobody here knows', async () => {
    const here = await machine({})
    const odd = join(here.room, 'odd.json')
    await writeFile(odd, '{ "SchemaVersion": 2,\n  "Quantum": { "of": [1] }, "Results": [{"Target":"a","Class":"new","Dark":[{}]}] }\n')
    await writeFile(join(here.room, 'bin', 'scenario.json'), JSON.stringify({ version: '0.73.0', report: odd }))
    const report = join(here.room, 'out', 'report.json')
    await here.scans({ report, scanners: ['secret'] })
    expect(await readFile(report, 'utf8')).toBe(await readFile(odd, 'utf8'))
  })

  test('passes what is clean', async () => {
    const here = await machine({ report: 'clean' })
    expect(await here.scans()).toMatchObject({ result: 'pass', reasonCode: 'ok', failing: [], files: { json: [] } })
  })

  test('hands on no secret and no setting of the machine, and starts where no trivy.yaml lies', async () => {
    const here = await machine({ report: 'clean' })
    const secrets = {
      GITHUB_TOKEN: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      ACTIONS_RUNTIME_TOKEN: 'x',
      TRIVY_SEVERITY: 'LOW',
      TRIVY_PASSWORD: 'x',
      HOME: '/root',
    }
    await here.scans({}, { ...secrets, HTTPS_PROXY: 'http://proxy:3128' })
    for (const { env, cwd } of await here.calls()) {
      expect(Object.keys(secrets).filter((name) => env[name] === 'x' || env[name] === 'LOW' || env[name] === '/root')).toEqual([])
      expect(env).toMatchObject({
        HTTPS_PROXY: 'http://proxy:3128',
        TRIVY_CACHE_DIR: expect.stringContaining(here.cache),
        TRIVY_DISABLE_TELEMETRY: 'true',
        TRIVY_SKIP_VERSION_CHECK: 'true',
        HOME: cwd,
      })
      expect(cwd.startsWith(here.temporary)).toBe(true)
    }
  })
})

describe('what is scanned', () => {
  test('is one image of a layout, by digest, whatever the path looks like', async () => {
    const here = await machine({ report: 'image-vulnerabilities' })
    await writeFile(join(here.files, 'Dockerfile'), 'FROM scratch\nARG V\nENV V=$V\n')
    const output = join(here.room, 'lay:out@1')
    const ports = { log: silentLogger, signal: new AbortController().signal }
    const builds = (V: string) =>
      build(
        {
          context: here.files,
          tags: [`shop:${V}`],
          buildArguments: { V },
          sourceDateEpoch: 0,
          engine: 'oci',
          destination: { kind: 'layout', directory: output },
        },
        ports,
      )
    await builds('1')
    const { digest } = await builds('2')
    const scanned = await here.scans({ subject: { kind: 'layout', directory: output, digest } })
    expect(scanned).toMatchObject({ digest, subject: `${output}@${digest}`, system: { name: 'debian 12.5', endOfLife: false } })
    const [{ argv } = { argv: [] }] = await here.scanCalls()
    expect(argv.slice(-2)).toEqual(['--input', 'lay-out-1'])
    await expect(here.scans({ subject: { kind: 'layout', directory: output } })).rejects.toMatchObject({ code: 'image-not-in-layout' })
  })

  test('is an image in a registry, by digest, with the credentials for it', async () => {
    const here = await machine({ report: 'clean' })
    const reference = `127.0.0.1:5000/shop@sha256:${'a'.repeat(64)}`
    const scanned = await here.scans(
      { subject: { kind: 'image', reference } },
      { HOME: '/home/me', TRIVY_PASSWORD: 'p', TRIVY_USERNAME: 'u', GITHUB_TOKEN: 'x' },
    )
    expect(scanned.digest).toBe(`sha256:${'a'.repeat(64)}`)
    const [version, download] = await here.calls()
    const [scanning] = await here.scanCalls()
    expect(scanning?.argv.slice(-3)).toEqual(['--image-src', 'remote', reference])
    expect(scanning?.env).toMatchObject({ DOCKER_CONFIG: '/home/me/.docker', TRIVY_USERNAME: 'u', TRIVY_PASSWORD: 'p' })
    expect(scanning?.env['GITHUB_TOKEN']).toBeUndefined()
    for (const call of [version, download]) expect(call?.env['TRIVY_PASSWORD']).toBeUndefined()
  })

  test.each([
    ['an image without a digest', { kind: 'image', reference: 'shop:v1' }, 'scan-subject-invalid'],
    ['something that is no reference', { kind: 'image', reference: '--config=/etc/x' }, 'image-reference-invalid'],
    ['a directory that is not there', { kind: 'filesystem', directory: '/nowhere' }, 'scan-subject-invalid'],
    ['a directory that is no layout', { kind: 'layout', directory: '/' }, 'image-layout-invalid'],
    ['an archive that is not there', { kind: 'archive', file: '/nowhere.tar' }, 'scan-subject-invalid'],
    ['a bill of materials that is not there', { kind: 'sbom', file: '/nowhere.json' }, 'scan-subject-invalid'],
  ] as const)('is never %s', async (_what, subject, code) => {
    const here = await machine({ report: 'clean' })
    await expect(here.scans({ subject })).rejects.toMatchObject({ code })
    expect(await readdir(here.temporary)).toEqual([])
  })
})

describe('a scan that did not happen is no pass', () => {
  test('without a Trivy', async () => {
    const here = await machine({ report: 'clean' })
    await expect(here.scans({}, { PATH: `:${here.files}` })).rejects.toMatchObject({ code: 'trivy-missing' })
    await expect(here.scans({ trivy: join(here.files, 'trivy') })).rejects.toMatchObject({ code: 'trivy-missing' })
    expect(await here.scans({ trivy: here.program }, { PATH: process.env['PATH'] ?? '' })).toMatchObject({ result: 'pass' })
  })

  test.each(['0.69.4', '0.69.5', 'v0.69.6'])('with %s, which steals credentials', async (version) => {
    const here = await machine({ version, report: 'clean' })
    await expect(here.scans()).rejects.toMatchObject({ code: 'trivy-refused' })
    expect(await here.calls()).toHaveLength(1)
  })

  test('when Trivy hangs: it is killed, though it does not hear SIGTERM', async () => {
    const here = await machine({ hangs: true })
    await expect(here.scans({ timeoutMs: 500 })).rejects.toMatchObject({ code: 'scan-timeout' })
    expect(await readdir(here.temporary)).toEqual([])
  })

  test('when the job is cancelled while it runs', async () => {
    const here = await machine({ hangs: true })
    const job = new AbortController()
    const reason = new Error('the job was cancelled')
    setTimeout(() => job.abort(reason), 500)
    await expect(here.scans({}, {}, job.signal)).rejects.toBe(reason)
    expect(await readdir(here.temporary)).toEqual([])
  })

  // The texts of the real one, 0.73.0.
  test.each([
    [
      'an image that is not there',
      'FATAL\tFatal error\trun error: image scan error: unable to find the specified image "x"',
      1,
      'trivy-failed',
      'run error: image scan error',
    ],
    [
      'no database',
      'FATAL\tFatal error\tinit error: DB error: database error: --skip-db-update cannot be specified on the first run',
      1,
      'trivy-database-unavailable',
      'on the first run',
    ],
    [
      'a database cut short',
      'panic: assertion failed: Page expected to be: 10, but self identifies as 0\n\ngoroutine 1 [running]:\nmain.main()',
      2,
      'trivy-database-unavailable',
      'Page expected to be',
    ],
    [
      'a database of another schema',
      "FATAL\tFatal error\tDB error: the version of DB schema doesn't match. Local DB: 3, Expected: 2",
      1,
      'trivy-database-unavailable',
      'Local DB: 3',
    ],
    ['nothing to say', '', 137, 'trivy-failed', 'It said nothing'],
  ])('after %s', async (_case, stderr, status, code, message) => {
    const here = await machine({
      stderr: stderr === '' ? '' : `2026-11-21T08:00:00Z\tINFO\tscanning\n2026-11-21T08:00:01Z\t${stderr}\n`.replace(/.*(?=panic)/s, ''),
      status,
    })
    await expect(here.scans()).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('when it writes no report, or one of another format', async () => {
    await expect((await machine({})).scans()).rejects.toMatchObject({ code: 'trivy-report-invalid' })
    await expect((await machine({ version: 'dev', report: '../judge-vectors' })).scans()).rejects.toMatchObject({
      code: 'trivy-report-invalid',
    })
  })

  test('when something else calls itself trivy', async () => {
    const here = await machine({ report: 'clean' })
    await writeFile(join(here.room, 'bin', 'scenario.json'), '{}')
    await expect(here.scans()).rejects.toMatchObject({
      code: 'trivy-failed',
      message: expect.stringContaining('does not say which version'),
    })
  })
})
