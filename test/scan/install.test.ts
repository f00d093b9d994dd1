import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { compromised, installTrivy, preferredVersion, releases, type InstallOptions, type InstallPorts } from '@deploy-kit/scan'
import { pack } from 'tar-stream'
import { cleanUp, machine } from './fake-trivy.ts'

/** Node for the fake, and nothing that a developer has installed. */
const withoutTrivy = `${dirname(process.execPath)}:/usr/bin:/bin`
const linux = { platform: 'linux', architecture: 'x64' } as const
const program = '#!/bin/sh\necho "Version: 0.73.0"\n'

const archiveOf = async (content: string, name = 'trivy'): Promise<Buffer> => {
  const tar = pack()
  tar.entry({ name: 'README.md' }, 'read me')
  tar.entry({ name, mode: 0o755 }, content)
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks))
}

/** Written by Info-ZIP's zip 3.0: a file, a directory, a template, then the program, deflated; and one with the first file alone. */
const zips = {
  whole: Buffer.from(
    [
      'UEsDBAoAAAAAAMZQel3heHJ7BwAAAAcAAAAJAAAAUkVBRE1FLm1kcmVhZCBtZVBLAwQKAAAAAADGUHpdAAAAAAAAAAAAAAAACAAAAGNvbnRyaWIvUEsDBAoA',
      'AAAAAMZQel0WtPFGCQAAAAkAAAAQAAAAY29udHJpYi9odG1sLnRwbHRlbXBsYXRlClBLAwQUAAAACADGUHpdH73e9zcAAAAYBgAACQAAAHRyaXZ5LmV4ZSvJ',
      'yCxWKCjKTy9KzFVITszLyy9RSEpVKCrNU8jMU3DxD1bIzU9J5SoZVTaqbFTZqLJRZSNDGQBQSwECHgMKAAAAAADGUHpd4XhyewcAAAAHAAAACQAAAAAAAAAB',
      'AAAApIEAAAAAUkVBRE1FLm1kUEsBAh4DCgAAAAAAxlB6XQAAAAAAAAAAAAAAAAgAAAAAAAAAAAAQAO1BLgAAAGNvbnRyaWIvUEsBAh4DCgAAAAAAxlB6XRa0',
      '8UYJAAAACQAAABAAAAAAAAAAAQAAAKSBVAAAAGNvbnRyaWIvaHRtbC50cGxQSwECHgMUAAAACADGUHpdH73e9zcAAAAYBgAACQAAAAAAAAABAAAApIGLAAAA',
      'dHJpdnkuZXhlUEsFBgAAAAAEAAQA4gAAAOkAAAAAAA==',
    ].join(''),
    'base64',
  ),
  without: Buffer.from(
    [
      'UEsDBAoAAAAAAMZQel3heHJ7BwAAAAcAAAAJAAAAUkVBRE1FLm1kcmVhZCBtZVBLAQIeAwoAAAAAAMZQel3heHJ7BwAAAAcAAAAJAAAAAAAAAAEAAACkgQAA',
      'AABSRUFETUUubWRQSwUGAAAAAAEAAQA3AAAALgAAAAAA',
    ].join(''),
    'base64',
  ),
}

const sum = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

let room: string
let server: Server
let files: Map<string, Buffer | number>
let asked: string[]

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'install-test-'))
  files = new Map()
  asked = []
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const found = files.get(path) ?? 404
    if (typeof found === 'number') response.writeHead(found).end()
    else response.end(found)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  server.close()
  await rm(room, { recursive: true })
  await cleanUp()
})

const installs = (options: Partial<InstallOptions> = {}, ports: Partial<InstallPorts> = {}) => {
  const warnings: string[] = []
  return installTrivy(
    {
      from: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      directory: join(room, 'releases'),
      unpackInto: join(room, 'program'),
      timeoutMs: 10_000,
      ...options,
    },
    { signal: new AbortController().signal, warn: (message) => void warnings.push(message), machine: linux, ...ports },
  ).then((path) => ({ path, warnings }))
}

const assetOf = (version: string): string => `/v${version}/trivy_${version}_Linux-64bit.tar.gz`

describe('an installation', () => {
  test('takes the program out of an archive whose checksum is committed, and fetches that once', async () => {
    const archive = await archiveOf(program)
    files.set(assetOf('0.73.0'), archive)
    const known = { '0.73.0': { 'Linux-64bit.tar.gz': sum(archive) } }
    const { path } = await installs({}, { known })
    expect(await readFile(path, 'utf8')).toBe(program)
    expect((await stat(path)).mode & 0o111).not.toBe(0)
    await installs({}, { known })
    expect(asked).toEqual([assetOf('0.73.0')])
  })

  test('does not run a poisoned archive, wherever it is from', async () => {
    const archive = await archiveOf(program)
    const poisoned = await archiveOf('#!/bin/sh\ncurl evil\n')
    const known = { '0.73.0': { 'Linux-64bit.tar.gz': sum(archive) } }
    files.set(assetOf('0.73.0'), poisoned)
    await expect(installs({}, { known })).rejects.toMatchObject({
      code: 'trivy-checksum-mismatch',
      message: expect.stringContaining(sum(poisoned)),
    })
    // In the directory where archives stay, and in the store that keeps them between jobs.
    files.set(assetOf('0.73.0'), archive)
    await installs({}, { known })
    await writeFile(join(room, 'releases', 'trivy_0.73.0_Linux-64bit.tar.gz'), poisoned)
    const store = {
      restore: async (path: string) => writeFile(path, poisoned),
      save: async () => undefined,
    }
    const { path, warnings } = await installs({}, { known, store })
    expect(await readFile(path, 'utf8')).toBe(program)
    expect(warnings).toEqual([expect.stringContaining('is not the archive that was released')])
  })

  test('takes the program for Windows out of a zip, whatever stands before it', async () => {
    const windows = { platform: 'win32', architecture: 'x64' } as const
    const place = '/v0.73.0/trivy_0.73.0_windows-64bit.zip'
    const installsFrom = (archive: Buffer) => {
      files.set(place, archive)
      return installs(
        { directory: join(room, sum(archive)) },
        { known: { '0.73.0': { 'windows-64bit.zip': sum(archive) } }, machine: windows },
      )
    }
    const { path } = await installsFrom(zips.whole)
    expect(path).toMatch(/trivy\.exe$/)
    expect(await readFile(path, 'utf8')).toBe('this program cannot be run in DOS mode\n'.repeat(40))
    await expect(installsFrom(zips.without)).rejects.toMatchObject({
      code: 'trivy-install-failed',
      message: expect.stringContaining('holds no file `trivy.exe`'),
    })
    await expect(installsFrom(zips.whole.subarray(0, 300))).rejects.toMatchObject({ code: 'trivy-install-failed' })
  })

  test('asks nobody when it is offline, and takes what is there', async () => {
    const archive = await archiveOf(program)
    files.set(assetOf('0.73.0'), archive)
    const known = { '0.73.0': { 'Linux-64bit.tar.gz': sum(archive) } }
    await expect(installs({ offline: true }, { known })).rejects.toMatchObject({
      code: 'trivy-missing',
      message: expect.stringContaining('offline'),
    })
    expect(asked).toEqual([])
    await installs({}, { known })
    expect(await readFile((await installs({ offline: true }, { known })).path, 'utf8')).toBe(program)
  })

  test('takes an archive from the store that is the one that was released', async () => {
    const archive = await archiveOf(program)
    const kept = new Map<string, Buffer>()
    const store = {
      restore: async (path: string, sha256: string) => {
        const found = kept.get(sha256)
        if (found !== undefined) await writeFile(path, found)
      },
      save: async (path: string, sha256: string) => void kept.set(sha256, await readFile(path)),
    }
    files.set(assetOf('0.73.0'), archive)
    const ports = { known: { '0.73.0': { 'Linux-64bit.tar.gz': sum(archive) } }, store }
    await installs({}, ports)
    await installs({ directory: join(room, 'another-job') }, ports)
    expect(asked).toHaveLength(1)
  })

  test('takes the release before when the newest was withdrawn, and says so', async () => {
    const archive = await archiveOf(program)
    files.set(assetOf('0.72.0'), archive)
    const sums = { 'Linux-64bit.tar.gz': sum(archive) }
    const { warnings } = await installs({}, { known: { '0.73.0': sums, '0.72.0': sums } })
    expect(warnings).toEqual([expect.stringMatching(/^Trivy 0\.73\.0 is gone.*404.*0\.72\.0 is installed instead\.$/)])
    // A version that was asked for by name is not exchanged for another.
    await expect(
      installs({ version: '0.73.0' }, { known: { '0.73.0': { 'Linux-64bit.tar.gz': 'other' }, '0.72.0': sums } }),
    ).rejects.toMatchObject({
      code: 'trivy-install-failed',
    })
  })

  test('tries a server again that is busy, and names the address of one that stays so', async () => {
    files.set(assetOf('0.73.0'), 503)
    await expect(installs()).rejects.toMatchObject({ code: 'trivy-install-failed', message: expect.stringContaining('tried 3 times') })
    expect(asked).toHaveLength(3)
  })

  test.each([...compromised])('refuses %s by name', async (version) => {
    await expect(installs({ version })).rejects.toMatchObject({ code: 'trivy-refused' })
    await expect(installs({ version: `v${version}`, sha256: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'trivy-refused' })
    expect(asked).toEqual([])
  })

  test('takes no version of which nothing is known, unless its checksum is given', async () => {
    await expect(installs({ version: '0.74.0' })).rejects.toMatchObject({
      code: 'trivy-version-unknown',
      message: expect.stringContaining('0.73.0, 0.72.0'),
    })
    await expect(installs({ version: 'latest' })).rejects.toMatchObject({ code: 'trivy-version-unknown' })
    const archive = await archiveOf(program)
    files.set(assetOf('0.74.0'), archive)
    expect((await installs({ version: '0.74.0', sha256: sum(archive) })).warnings).toEqual([])
  })

  test('says so where Trivy is not released for the machine, or the archive holds none', async () => {
    await expect(installs({}, { machine: { platform: 'aix', architecture: 'ppc64' } })).rejects.toMatchObject({
      code: 'trivy-install-failed',
    })
    const archive = await archiveOf(program, 'something-else')
    files.set(assetOf('0.73.0'), archive)
    await expect(installs({}, { known: { '0.73.0': { 'Linux-64bit.tar.gz': sum(archive) } } })).rejects.toMatchObject({
      code: 'trivy-install-failed',
      message: expect.stringContaining('holds no file'),
    })
  })

  test('knows releases by whole checksums, one for each machine, and none of a compromised version', () => {
    expect(Object.keys(releases)[0]).toBe(preferredVersion)
    const all = Object.entries(releases).flatMap(([version, sums]) =>
      Object.entries(sums).map(([asset, checksum]) => ({ version, asset, checksum })),
    )
    for (const { version, checksum } of all) {
      expect(checksum).toMatch(/^[0-9a-f]{64}$/)
      expect(compromised.has(version)).toBe(false)
    }
    expect(new Set(all.map(({ checksum }) => checksum)).size).toBe(all.length)
  })
})

describe('a scan where Trivy is not installed', () => {
  test('installs it, and says that it did', async () => {
    const here = await machine({ report: 'clean' })
    const archive = await archiveOf(await readFile('test/fakes/trivy.cjs', 'utf8'))
    files.set(assetOf('0.73.0'), archive)
    const install = {
      when: 'missing' as const,
      version: '0.73.0',
      sha256: sum(archive),
      from: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      directory: join(room, 'releases'),
      timeoutMs: 10_000,
    }
    // The fake does as the file beside it says, and there is none beside the program that was unpacked.
    await expect(here.scans({ install }, { PATH: withoutTrivy })).rejects.toMatchObject({
      code: 'trivy-failed',
      message: expect.stringContaining('program/trivy'),
    })
    expect(asked).toEqual([assetOf('0.73.0')])
    // One that is there is used as it is, and one that was named must be there.
    expect((await here.scans({ install })).trivy).toMatchObject({ program: here.program, installed: false })
    await expect(here.scans({ install, trivy: '/nowhere/trivy' })).rejects.toMatchObject({ code: 'trivy-missing' })
    await chmod(here.program, 0o644)
    await expect(here.scans({ install, trivy: here.program })).rejects.toMatchObject({ code: 'trivy-missing' })
  })
})
