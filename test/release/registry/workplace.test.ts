import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Login } from '@deploy-kit/image/registry'
import { removeLogins } from '@deploy-kit/release'
import { openWorkplace } from '../../../packages/release/src/registry/workplace.ts'
import { FakeHost } from '../../fakes/action-host.ts'
import { fakeRegistry, user, type FakeRegistry } from '../../fakes/registry.ts'

let room: string
let registry: FakeRegistry
let host: FakeHost
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'workplace-'))
  registry = await fakeRegistry({ guard: 'basic' })
  host = Object.assign(new FakeHost(), { temporaryDirectory: join(room, 'temporary') })
})
afterEach(async () => {
  await registry.close()
  await rm(room, { recursive: true, force: true })
})

const { signal } = new AbortController()
const login = (password: string): Login => ({ kind: 'password', registry: registry.host, username: user.username, password })
const open = (password: string) => openWorkplace(host, [login(password)], signal, { HOME: room, DOCKER_CONFIG: join(room, 'docker') })

describe('docker/login-action: a login that dies without a word is green (VERIFIED)', () => {
  test('here the registry itself is asked, and its refusal is red', async () => {
    await expect(open('wrong horse')).rejects.toMatchObject({ code: 'registry-denied', message: expect.stringContaining(registry.host) })
  })

  test('and a login that is taken is one', async () => {
    await using workplace = await open(user.password)
    expect(workplace.environment['DOCKER_CONFIG']).toMatch(/docker-config-/)
    expect(registry.asked).toContain('GET /v2/')
  })
})

describe('docker/login-action: the name AWS is starred out in the whole log', () => {
  test('here only the password is masked', async () => {
    await using workplace = await open(user.password)
    expect(workplace.environment).toHaveProperty('DOCKER_CONFIG')
    expect(host.masked).toContain(user.password)
    expect(host.masked).not.toContain(user.username)
  })
})

describe('a login', () => {
  test('is written for its owner only, beside the configuration that is there, and is gone at the end', async () => {
    await rm(join(room, 'docker'), { recursive: true, force: true })
    let config = ''
    {
      await using workplace = await open(user.password)
      config = join(workplace.environment['DOCKER_CONFIG'] ?? '', 'config.json')
      expect(workplace.environment['REGISTRY_AUTH_FILE']).toBe(config)
      expect((await stat(config)).mode & 0o777).toBe(0o600)
      expect(JSON.parse(await readFile(config, 'utf8'))).toMatchObject({ auths: { [registry.host]: {} } })
    }
    expect(await readdir(join(room, 'temporary'))).toEqual([])
    await expect(stat(join(room, 'docker'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('of a main that was killed is removed in post, and a second post finds nothing to do', async () => {
    await open(user.password)
    expect(await readdir(join(room, 'temporary'))).toHaveLength(1)
    expect(await removeLogins(host)).toBe(0)
    expect(await readdir(join(room, 'temporary'))).toEqual([])
    expect(await removeLogins(host)).toBe(0)
  })
})

test('without a login, tools find what earlier steps have logged in', async () => {
  const env = { HOME: room, DOCKER_CONFIG: join(room, 'docker') }
  await using workplace = await openWorkplace(host, [], signal, env)
  expect(workplace.environment).toEqual(env)
  await writeFile(join(workplace.directory, 'own'), '')
})
