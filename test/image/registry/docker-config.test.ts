import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { dockerConfigDirectory, dockerCredentials, isolatedConfig, type Credentials } from '@deploy-kit/image/registry'

const rooms: string[] = []
afterEach(async () => {
  for (const room of rooms.splice(0)) await rm(room, { recursive: true, force: true })
})
const room = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'docker-config-test-'))
  rooms.push(made)
  return made
}
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const configured = async (config: unknown): Promise<string> => {
  const directory = await room()
  await writeFile(join(directory, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  return directory
}

/** A helper as Docker's are: a program that takes the address on standard input. */
const helper = async (name: string, script: string): Promise<NodeJS.ProcessEnv> => {
  const directory = await room()
  const path = join(directory, `docker-credential-${name}`)
  await writeFile(
    path,
    `#!${process.execPath}\nlet server = ''\nprocess.stdin.on('data', (part) => (server += part)).on('end', () => {${script}})\n`,
  )
  await chmod(path, 0o755)
  return { PATH: [directory, process.env['PATH']].join(delimiter) }
}
const found = (user: string): string =>
  `console.log(JSON.stringify({ ServerURL: server, Username: '${user}', Secret: 'for ' + server + ' ' + process.argv[2] }))`
const nothing = "console.log('credentials not found in native keychain'); process.exitCode = 1"

describe('the credentials of Docker', () => {
  test('stand in its file', async () => {
    const directory = await configured({
      auths: { 'ghcr.io': { auth: base64('octocat:pass:word') }, 'https://index.docker.io/v1/': { auth: base64('me:hub') } },
    })
    const credentials = dockerCredentials(directory)
    expect(await credentials('ghcr.io')).toEqual({ kind: 'password', username: 'octocat', password: 'pass:word' })
    expect(await credentials('docker.io')).toEqual({ kind: 'password', username: 'me', password: 'hub' })
    expect(await credentials('quay.io')).toBeUndefined()
  })

  test('may be a refresh token', async () => {
    const directory = await configured({ auths: { 'acme.azurecr.io': { auth: base64('<token>:'), identitytoken: 'refresh' } } })
    expect(await dockerCredentials(directory)('acme.azurecr.io')).toEqual({ kind: 'identity-token', token: 'refresh' })
  })

  test('are those of the helper of the registry, before all others', async () => {
    const environment = await helper('ecr-login', found('AWS'))
    const directory = await configured({
      auths: { 'a.example': { auth: base64('x:y') } },
      credHelpers: { 'a.example': 'ecr-login' },
      credsStore: 'missing',
    })
    expect(await dockerCredentials(directory, { environment })('a.example')).toEqual({
      kind: 'password',
      username: 'AWS',
      password: 'for a.example get',
    })
  })

  test('are those of the store for all, whose name for Docker Hub is an old address', async () => {
    const environment = await helper('desktop', found('<token>'))
    const directory = await configured({ auths: { 'https://index.docker.io/v1/': {} }, credsStore: 'desktop' })
    expect(await dockerCredentials(directory, { environment })('docker.io')).toEqual({
      kind: 'identity-token',
      token: 'for https://index.docker.io/v1/ get',
    })
  })

  test('are looked for in the file when the store has nothing', async () => {
    const environment = await helper('desktop', nothing)
    const directory = await configured({ auths: { 'ghcr.io': { auth: base64('a:b') } }, credsStore: 'desktop' })
    expect(await dockerCredentials(directory, { environment })('ghcr.io')).toMatchObject({ username: 'a' })
    expect(await dockerCredentials(directory, { environment })('quay.io')).toBeUndefined()
  })

  test('are masked and looked up once', async () => {
    const directory = await configured({ auths: { 'ghcr.io': { auth: base64('a:hidden') } } })
    const masked: string[] = []
    const credentials = dockerCredentials(directory, { mask: (secret) => masked.push(secret) })
    await Promise.all([credentials('ghcr.io'), credentials('ghcr.io')])
    expect(masked).toEqual(['hidden'])
  })

  test('a helper that fails is an error in its own words; one that is not there is named', async () => {
    const environment = await helper('broken', "console.log('no session'); process.exitCode = 2")
    const directory = await configured({ credHelpers: { 'a.example': 'broken', 'b.example': 'absent', 'c.example': '../evil' } })
    const credentials = dockerCredentials(directory, { environment })
    await expect(credentials('a.example')).rejects.toMatchObject({
      code: 'registry-login-failed',
      message: expect.stringContaining('status 2 for a.example: no session'),
    })
    await expect(credentials('b.example')).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('docker-credential-absent'),
    })
    await expect(credentials('c.example')).rejects.toMatchObject({
      message: expect.stringContaining('not the name of a credential helper'),
    })
  })

  test('an answer of a helper that is none does not show what it was', async () => {
    const environment = await helper('odd', "console.log('hunter2')")
    const directory = await configured({ credHelpers: { 'a.example': 'odd' } })
    await expect(dockerCredentials(directory, { environment })('a.example')).rejects.toMatchObject({
      message: expect.not.stringContaining('hunter2'),
    })
  })

  test('no file is no credentials; a file that is no JSON is an error without its content', async () => {
    expect(await dockerCredentials(join(await room(), 'absent'))('ghcr.io')).toBeUndefined()
    const directory = await configured('{"auths": hunter2')
    const failed = dockerCredentials(directory)('ghcr.io')
    await expect(failed).rejects.toMatchObject({ code: 'registry-login-failed', message: expect.not.stringContaining('hunter2') })
  })

  test('are where DOCKER_CONFIG says', () => {
    expect(dockerConfigDirectory({ DOCKER_CONFIG: '/somewhere' })).toBe('/somewhere')
    expect(dockerConfigDirectory({})).toMatch(/\.docker$/)
  })
})

describe('an isolated configuration', () => {
  const login = new Map<string, Credentials>([['ghcr.io', { kind: 'password', username: 'octocat', password: 'of-the-job' }]])

  test('holds the logins of this job beside what was there, and leaves the original as it was', async () => {
    const original = {
      auths: { 'quay.io': { auth: base64('a:b') }, 'ghcr.io': { auth: base64('old:old') } },
      credHelpers: { 'x.example': 'x' },
      HttpHeaders: { a: 'b' },
    }
    const base = await configured(original)
    const isolated = await isolatedConfig(await room(), base, login)
    expect(JSON.parse(await readFile(join(isolated.directory, 'config.json'), 'utf8'))).toEqual({
      HttpHeaders: { a: 'b' },
      auths: { 'quay.io': { auth: base64('a:b') }, 'ghcr.io': { auth: base64('octocat:of-the-job') } },
      credHelpers: { 'x.example': 'x' },
    })
    expect(JSON.parse(await readFile(join(base, 'config.json'), 'utf8'))).toEqual(original)
    expect(await dockerCredentials(isolated.directory)('ghcr.io')).toEqual(login.get('ghcr.io'))
  })

  test('is not hidden by a store for all, which keeps the registries it has served', async () => {
    const base = await configured({ auths: { 'https://index.docker.io/v1/': {}, 'ghcr.io': {} }, credsStore: 'desktop' })
    const { directory } = await isolatedConfig(await room(), base, login)
    const config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as { credsStore?: string; credHelpers: object }
    expect(config.credsStore).toBeUndefined()
    expect(config.credHelpers).toEqual({ 'https://index.docker.io/v1/': 'desktop' })
  })

  test('of Docker Hub stands under the name that Docker looks for', async () => {
    const hub = new Map<string, Credentials>([['docker.io', { kind: 'identity-token', token: 'refresh' }]])
    const { directory } = await isolatedConfig(await room(), await room(), hub)
    expect(await dockerCredentials(directory)('docker.io')).toEqual({ kind: 'identity-token', token: 'refresh' })
    expect(await readFile(join(directory, 'config.json'), 'utf8')).toContain('"https://index.docker.io/v1/"')
  })

  test('shows plugins and builders of the original', async () => {
    const base = await room()
    await mkdir(join(base, 'cli-plugins'))
    await writeFile(join(base, 'cli-plugins', 'docker-buildx'), 'program')
    const { directory } = await isolatedConfig(await room(), base, login)
    expect(await readFile(join(directory, 'cli-plugins', 'docker-buildx'), 'utf8')).toBe('program')
  })

  test('can be read by nobody else, and is gone when it is removed, the original is not', async () => {
    const base = await room()
    await mkdir(join(base, 'buildx'))
    await writeFile(join(base, 'buildx', 'current'), 'kit')
    const parent = await room()
    const isolated = await isolatedConfig(parent, base, login)
    expect((await stat(isolated.directory)).mode & 0o777).toBe(0o700)
    expect((await stat(join(isolated.directory, 'config.json'))).mode & 0o777).toBe(0o600)
    await isolated.remove()
    await isolated.remove()
    expect(await readdir(parent)).toEqual([])
    expect(await readFile(join(base, 'buildx', 'current'), 'utf8')).toBe('kit')
  })
})
