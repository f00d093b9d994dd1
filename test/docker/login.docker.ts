import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { startStep } from '../fakes/runner/step.ts'
import { resolve } from 'node:path'
import { account } from './registry-process.ts'
import { Yard } from './yard.ts'

const yard = await Yard.open(['buildkit'], 'basic')
afterAll(() => yard[Symbol.asyncDispose]())

const Dockerfile = 'FROM scratch\nCOPY busybox /bin/busybox\n'
const login = { 'registry-username': account.username, 'registry-password': account.password }
const inputs = async (name: string, engine: string) => ({
  images: `${yard.registry}/acme/${name}`,
  context: await yard.context({ Dockerfile }),
  engine,
  ...(engine === 'buildx' && { builder: yard.buildkit }),
  tags: 'v1',
  push: 'true',
  'source-date-epoch': '1700000000',
})

describe.each(['buildx', 'buildah', 'oci'])('%s and a registry with a password', (engine) => {
  test('without credentials it is refused, before anything is pushed', async () => {
    const { exitCode, outputs } = await yard.builds(await inputs(engine, engine))
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'registry-denied' })
    expect(await yard.tags(`acme/${engine}`)).toBeUndefined()
  })

  test('with them it pushes, and the password is nowhere afterwards', async () => {
    const { exitCode, outputs, stdout } = await yard.builds({ ...(await inputs(engine, engine)), ...login })
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(outputs).toMatchObject({ outcome: 'built' })
    expect(await yard.tags(`acme/${engine}`)).toEqual(['v1'])
    const shown = [stdout.replace(/^::add-mask::.*$/gm, ''), ...Object.values(outputs)].join('\n')
    expect(shown).not.toContain(account.password)
    // Only secrets are masked: a name such as AWS would be starred out everywhere.
    expect(stdout).not.toMatch(new RegExp(`^::add-mask::${account.username}$`, 'm'))
  })
})

test('a wrong password is refused with the words of the registry', async () => {
  const { outputs } = await yard.builds({ ...(await inputs('wrong', 'buildx')), ...login, 'registry-password': 'wrong horse' })
  expect(outputs).toMatchObject({ 'reason-code': 'registry-denied' })
})

test('the configuration of Docker is left as it was, and what a killed main has left goes in post', async () => {
  const given = {
    ...(await inputs('killed', 'buildx')),
    ...login,
    context: await yard.context({ Dockerfile: `FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sleep", "60"]\n` }),
  }
  const temporary = join(yard.directory, 'killed')
  const env = { ...yard.environment, RUNNER_TEMP: temporary }
  const step = startStep(resolve('dist/build-image/index.js'), { inputs: given, env })
  await step.says('RUN ["/bin/busybox", "sleep", "60"]')
  step.child.kill('SIGKILL')
  const { state } = await step.ended
  const [left = ''] = await readdir(temporary)
  expect(left).toMatch(/^deploy-kit-registry-/)
  const config = (await readdir(join(temporary, left))).find((name) => name.startsWith('docker-config-')) ?? ''
  expect(await readFile(join(temporary, left, config, 'config.json'), 'utf8')).toContain(yard.registry)

  const post = await startStep(resolve('dist/build-image/post.js'), { inputs: {}, state, env }).ended
  expect(post).toMatchObject({ exitCode: 0 })
  expect(await readdir(temporary)).toEqual([])
  await expect(readdir(join(yard.directory, '.docker'))).rejects.toMatchObject({ code: 'ENOENT' })
})
