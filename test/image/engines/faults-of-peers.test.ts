import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { build, planBuild, type EngineRequest } from '@deploy-kit/image'
import { createRegistry } from '@deploy-kit/image/registry'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { Tools, type Scene } from '../../fakes/tools.ts'

const rooms: string[] = []
afterEach(async () => {
  for (const room of rooms.splice(0)) await rm(room, { recursive: true, force: true })
})

const running: Scene = { call: 'inspect', stdout: 'Name: kit\nDriver: remote\n\nNodes:\nStatus: running\nBuildKit version: v0.33.1\n' }

/** A machine with these programs and no others, and a checkout with a Dockerfile. */
const machine = async (stories: Readonly<Record<string, readonly Scene[]>>) => {
  const room = await mkdtemp(join(tmpdir(), 'engine-test-'))
  rooms.push(room)
  await writeFile(join(room, 'Dockerfile'), 'FROM scratch\nRUN x\n')
  const tools = new Tools(room, stories)
  const clock = new ManualClock()
  const ports = {
    log: silentLogger,
    signal: new AbortController().signal,
    environment: { PATH: tools.path, HOME: room, DOCKER_CONFIG: room },
    temporaryDirectory: room,
    clock,
    random: () => 0,
    registry: createRegistry(),
  }
  const request: EngineRequest = {
    engine: 'buildx',
    context: room,
    tags: ['127.0.0.1:9/acme/shop:v1'],
    sourceDateEpoch: 1_700_000_000,
    destination: { kind: 'registry', names: ['127.0.0.1:9/acme/shop'] },
  }
  return {
    tools,
    clock,
    builds: (more: Partial<EngineRequest> = {}) => build({ ...request, ...more }, ports),
    plans: (more: Partial<EngineRequest> = {}) => planBuild({ ...request, ...more }, { ...ports, mayAsk: false }),
  }
}

describe('docker/build-push-action: a build that dies without a word is green (VERIFIED)', () => {
  test('here any status but 0 fails, with nothing on standard error too', async () => {
    const here = await machine({ 'docker-buildx': [running, { call: 'build', exit: 3 }] })
    await expect(here.builds()).rejects.toMatchObject({
      code: 'build-failed',
      message: '`docker-buildx build` ended with status 3: it said nothing.',
    })
  })

  test('and so does a 0 without a digest: nobody would know what was built', async () => {
    const here = await machine({ 'docker-buildx': [running, { call: 'build', metadata: '{}' }] })
    await expect(here.builds()).rejects.toMatchObject({ code: 'build-failed', message: expect.stringContaining('no digest') })
    const silent = await machine({ 'docker-buildx': [running, { call: 'build' }] })
    await expect(silent.builds()).rejects.toMatchObject({ code: 'build-failed', message: expect.stringContaining('no metadata') })
  })
})

describe('docker/setup-buildx-action: a builder that could not be made without a word is taken for one', () => {
  test('here it is none', async () => {
    const here = await machine({ 'docker-buildx': [{ call: 'create', exit: 5 }] })
    await expect(here.builds({ builder: 'tcp://127.0.0.1:9' })).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('status 5'),
    })
  })

  test('and the image of BuildKit comes from a mirror when Docker Hub has had enough', async () => {
    const refused = { call: 'inspect', exit: 1, stderr: 'ERROR: toomanyrequests: You have reached your pull rate limit.\n' }
    const docker: Scene = { call: 'inspect', stdout: 'Name: default\nDriver: docker\nStatus: running\nBuildKit version: v0.29\n' }
    const here = await machine({
      'docker-buildx': [
        docker,
        ...[1, 2, 3, 4].flatMap((n) => (n === 1 ? [{ call: 'create' }, refused] : [refused])),
        { call: 'create' },
        { call: 'inspect' },
        { call: 'build', exit: 1, stderr: 'ERROR: x\n' },
      ],
    })
    await expect(here.builds()).rejects.toMatchObject({ code: 'build-failed' })
    const created = here.tools.calls('docker-buildx').filter(({ argv }) => argv[0] === 'create')
    expect(created.map(({ argv }) => argv.at(-1))).toEqual([
      'image=moby/buildkit:buildx-stable-1',
      'image=mirror.gcr.io/moby/buildkit:buildx-stable-1',
    ])
  })
})

describe('docker/build-push-action: a registry that hiccups fails the job (#84, #719)', () => {
  test.each([
    ['429', 'ERROR: failed to push x: unexpected status from PUT request to https://x/v2/: 429 Too Many Requests', 'registry-rate-limited'],
    ['503', 'ERROR: failed to push x: unexpected status: 503 Service Unavailable', 'registry-unavailable'],
    ['a reset', 'ERROR: failed to do request: read tcp 1.2.3.4:5: read: connection reset by peer', 'registry-unavailable'],
  ])('here %s is tried again, with pauses that grow', async (_what, stderr, code) => {
    const here = await machine({ 'docker-buildx': [running, ...Array.from({ length: 4 }, () => ({ call: 'build', exit: 1, stderr }))] })
    const before = here.clock.now()
    await expect(here.builds()).rejects.toMatchObject({ code })
    expect(here.tools.calls('docker-buildx')).toHaveLength(5)
    expect(here.clock.now() - before).toBe(2_000 + 4_000 + 8_000)
  })

  test('what the registry asks for is waited for', async () => {
    const stderr = 'ERROR: toomanyrequests: retry-after: 7\n'
    const here = await machine({
      'docker-buildx': [running, { call: 'build', exit: 1, stderr }, { call: 'build', exit: 1, stderr: 'ERROR: denied: no\n' }],
    })
    const before = here.clock.now()
    await expect(here.builds()).rejects.toMatchObject({ code: 'registry-denied' })
    expect(here.clock.now() - before).toBe(7_000)
  })

  test.each([
    ['a refusal', 'ERROR: failed to push x: 401 Unauthorized', 'registry-denied'],
    [
      'a command that fails',
      'ERROR: failed to build: failed to solve: process "/bin/sh -c curl x" did not complete successfully: exit code: 22',
      'build-step-failed',
    ],
    ['a full disk', 'ERROR: failed to copy: write /var/lib/x: no space left on device', 'disk-full'],
  ])('%s is not tried again', async (_what, stderr, code) => {
    const here = await machine({ 'docker-buildx': [running, { call: 'build', exit: 1, stderr }] })
    await expect(here.builds()).rejects.toMatchObject({ code })
  })
})

describe('docker/build-push-action: without buildx there is no build', () => {
  test('here the next engine is taken, and each tells why it was not', async () => {
    const here = await machine({
      buildah: [
        { call: '--version', stdout: 'buildah version 1.28.2 (image-spec 1)\n' },
        { call: 'build', exit: 125, stderr: 'Error: x\n' },
      ],
    })
    await expect(here.builds({ engine: 'auto' })).rejects.toMatchObject({
      code: 'build-failed',
      message: expect.stringContaining('`buildah build'),
    })
    const nothing = await machine({})
    await expect(nothing.builds({ engine: 'auto' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /buildx: neither .*\n.*buildah: neither .*\n.*docker: there is no `docker` on PATH\.\n.*oci: .*Dockerfile:2:1/,
      ),
    })
  })

  test('a daemon that does not answer is one that is not there', async () => {
    const away: Scene = {
      call: 'inspect',
      stdout: 'Name: default\nDriver: \nError: failed to connect to the docker API at unix:///x: no such file\n',
    }
    const here = await machine({ 'docker-buildx': [away] })
    await expect(here.builds({ engine: 'auto' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('failed to connect to the docker API'),
    })
  })
})

describe('redhat-actions/buildah-build: a base that lacks the platform gives an image of another (#99)', () => {
  test('with several platforms its cache, which does not know them, is left alone', async () => {
    const here = await machine({ buildah: [] })
    const { commands } = await here.plans({ engine: 'buildah', platforms: ['linux/amd64', 'linux/arm64'] })
    expect(commands[0]).toEqual(expect.arrayContaining(['--layers=false', '--manifest']))
  })
})

describe('a dry run', () => {
  test('starts nothing, whatever engine is meant', async () => {
    const here = await machine({ 'docker-buildx': [], buildah: [], docker: [] })
    for (const engine of ['auto', 'buildx', 'buildah', 'docker'] as const) {
      const { commands } = await here.plans({ engine })
      expect(commands.length).toBeGreaterThan(0)
    }
    for (const name of ['docker-buildx', 'buildah', 'docker']) expect(here.tools.calls(name)).toEqual([])
  })

  test('shows secrets by their ids only', async () => {
    const here = await machine({ 'docker-buildx': [] })
    const { commands } = await here.plans({ secrets: [{ id: 'token', from: { kind: 'value', value: 's3cr3t' } }] })
    expect(commands.flat().join(' ')).toMatch(/--secret id=token,env=DEPLOY_KIT_SECRET_/)
    expect(commands.flat().join(' ')).not.toContain('s3cr3t')
  })
})

test('the value of a secret reaches the engine in its environment, and no argument', async () => {
  const here = await machine({ 'docker-buildx': [running, { call: 'build', exit: 1, stderr: 'ERROR: x\n' }] })
  await expect(here.builds({ secrets: [{ id: 'token', from: { kind: 'value', value: 's3cr3t' } }] })).rejects.toMatchObject({
    code: 'build-failed',
  })
  const [, call] = here.tools.calls('docker-buildx')
  expect(Object.values(call?.secrets ?? {})).toContain('s3cr3t')
  expect(call?.argv.join(' ')).not.toContain('s3cr3t')
})
