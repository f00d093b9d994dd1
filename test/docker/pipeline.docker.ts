import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { imageContext } from '../trivy/fixtures.ts'
import { makeDatabase, trivy } from '../trivy/tools.ts'
import { runChain } from './chain.ts'
import { account } from './registry-process.ts'
import { Yard } from './yard.ts'

const yard = await Yard.open(['buildkit'], 'basic')
afterAll(() => yard[Symbol.asyncDispose]())

const run = promisify(execFile)
const cache = await mkdtemp(join(yard.directory, 'trivy-'))
makeDatabase(cache)

/** A shop whose image has an openssl of that version, and what build-and-scan is told about it. */
const shop = async (name: string, openssl: string, more: Readonly<Record<string, string>> = {}) => {
  const context = await mkdtemp(join(yard.directory, 'shop-'))
  await imageContext(context, { openssl, lodash: '4.17.21' })
  return {
    images: `${yard.registry}/acme/${name}`,
    context,
    engine: 'buildx',
    builder: yard.buildkit,
    push: 'true',
    tags: 'v1\nlatest',
    'registry-username': account.username,
    'registry-password': account.password,
    trivy,
    'cache-directory': cache,
    offline: 'true',
    cache: 'false',
    'ignore-unfixed': 'true',
    // Beside the context: what is in it counts as a change.
    report: join(await mkdtemp(join(yard.directory, 'report-')), 'report.json'),
    ...more,
  }
}
const [bad, good] = ['3.0.11-1~deb12u2', '3.0.15-1~deb12u1']

describe('build, scan, tags, with the real scanner and a registry with a password', () => {
  test('an image that is found bad never gets a tag', async () => {
    const ran = await runChain('build-and-scan/action.yml', await shop('bad', bad), yard)
    expect([...ran].map(([id, { exitCode, outputs }]) => [id, exitCode, outputs['reason-code']])).toEqual([
      ['build', 0, 'ok'],
      ['scan', 1, 'vulnerabilities-found'],
    ])
    const { digest = '' } = ran.get('build')?.outputs ?? {}
    expect(await yard.manifest('acme/bad', digest)).toMatchObject({ digest })
    expect(await yard.tags('acme/bad')).toBeUndefined()
  })

  test('an image that is found good gets all of them, and it is the one that was scanned', async () => {
    const ran = await runChain('build-and-scan/action.yml', await shop('good', good), yard)
    expect([...ran].map(([id, { exitCode, outputs }]) => [id, exitCode, outputs['outcome']])).toEqual([
      ['build', 0, 'built'],
      ['scan', 0, 'passed'],
      ['publish', 0, 'tagged'],
    ])
    const { digest = '' } = ran.get('build')?.outputs ?? {}
    expect(ran.get('publish')?.outputs['digest']).toBe(digest)
    expect(await yard.tags('acme/good')).toEqual(['latest', 'v1'])
    expect(await yard.manifest('acme/good', 'v1')).toMatchObject({ digest })
  })

  test('the tag of a good image stays when the next one is bad', async () => {
    const before = await runChain('build-and-scan/action.yml', await shop('stays', good), yard)
    const after = await runChain('build-and-scan/action.yml', await shop('stays', bad), yard)
    expect(after.get('scan')).toMatchObject({ exitCode: 1 })
    expect(await yard.manifest('acme/stays', 'latest')).toMatchObject({ digest: before.get('build')?.outputs['digest'] })
  })

  test('the second time nothing is built, and what is there is scanned again', async () => {
    const inputs = await shop('twice', good, { 'skip-unchanged': 'true' })
    await runChain('build-and-scan/action.yml', inputs, yard)
    const ran = await runChain('build-and-scan/action.yml', { ...inputs, tags: 'v2' }, yard)
    expect([...ran].map(([id, { outputs }]) => [id, outputs['outcome']])).toEqual([
      ['build', 'unchanged'],
      ['scan', 'passed'],
      ['publish', 'tagged'],
    ])
    expect(await yard.tags('acme/twice')).toEqual(expect.arrayContaining(['latest', 'v1', 'v2']))
  })
})

test('an image is signed before its tags move, and one that cannot be signed gets none', async () => {
  const keys = await mkdtemp(join(yard.directory, 'keys-'))
  const env = { ...yard.environment, COSIGN_PASSWORD: 'sesame' }
  await run('cosign', ['generate-key-pair'], { cwd: keys, env })
  await run('cosign', ['signing-config', 'create', '--out', 'sc.json'], { cwd: keys, env })
  const { images, context, engine, builder } = await shop('signed', good)
  const login = { 'registry-username': account.username, 'registry-password': account.password }
  const signing = { sign: 'key', 'sign-key': join(keys, 'cosign.key'), 'sign-options': `--signing-config=${join(keys, 'sc.json')}` }
  const inputs = { images, context, engine, builder, push: 'true', tags: 'v1', ...login, ...signing }

  const refused = await yard.builds(inputs, { COSIGN_PASSWORD: 'wrong' })
  expect(refused).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'signing-failed' } })
  expect(await yard.tags('acme/signed')).toBeUndefined()

  const signed = await yard.builds(inputs, { COSIGN_PASSWORD: 'sesame' })
  expect(signed).toMatchObject({ exitCode: 0, outputs: { outcome: 'built' } })
  expect(signed.stdout).not.toContain('sesame')
  const config = await mkdtemp(join(keys, 'docker-'))
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
  await writeFile(join(config, 'config.json'), JSON.stringify({ auths: { [yard.registry]: { auth } } }))
  const verify = [
    'verify',
    '--key',
    join(keys, 'cosign.pub'),
    '--insecure-ignore-tlog=true',
    '--allow-http-registry',
    signed.outputs['image'] ?? '',
  ]
  const { stdout } = await run('cosign', verify, { env: { ...env, DOCKER_CONFIG: config } })
  expect(stdout).toContain(signed.outputs['digest'])
  expect(await yard.tags('acme/signed')).toContain('v1')
})

test('the runner is told what was published, so that it can be attested without inputs', async () => {
  const file = join(yard.directory, 'artifacts')
  const { images, context, engine, builder } = await shop('declared', good)
  const login = { 'registry-username': account.username, 'registry-password': account.password }
  const { outputs, summary } = await yard.builds(
    { images, context, engine, builder, push: 'true', tags: 'v1\nlatest', ...login },
    { GITHUB_ARTIFACTS: file, GITHUB_REPOSITORY: 'acme/shop' },
  )
  expect(await readFile(file, 'utf8')).toBe(`oci://${images}:v1@${outputs['digest']}\n`)
  expect(summary).toContain(`gh attestation verify oci://${outputs['image']} --repo acme/shop`)
})
