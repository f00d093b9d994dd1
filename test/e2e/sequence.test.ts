import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import { setStage } from './stage/stage.ts'
import { trivyThatReports } from './stage/trivy.ts'
import { fakeRegistry } from '../fakes/registry.ts'
import { buildInputs } from './stage/versions.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

const smoke = resolve('examples/shop/smoke.yml')

test.concurrent('built, scanned, released, smoke-tested and rolled back, each step with the outputs of the one before', async () => {
  await using shop = stage.shop()
  expect(await shop.releases('v1', { smoke })).toMatchObject({ exitCode: 0 })
  await shop.underTraffic(50)
  const run = `${shop.environment}-pipeline`

  const built = await shop.runs('build-image', { ...buildInputs('v2'), tags: 'v2', output: 'image' }, { run })
  expect(built).toMatchObject({ exitCode: 0, outputs: { outcome: 'built', tags: 'shop:v2' } })
  const { image = '', digest = '' } = built.outputs
  expect(digest).toBe(await shop.digest('v2'))

  const scanned = await shop.runs('scan-trivy', { image, digest, trivy: trivyThatReports(shop, 'clean') }, { run })
  expect(scanned).toMatchObject({ exitCode: 0, outputs: { outcome: 'passed', failing: '0', 'trivy-version': '0.73.0' } })

  const deployed = await shop.runs('deploy-canary', { ...(await shop.releaseInputs('v2')), image, digest, smoke }, { run })
  expect(deployed).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted', digest } })

  const tested = await shop.runs(
    'smoke-test',
    { suite: smoke, url: await shop.url(), 'expected-version': digest, junit: 'junit.xml' },
    { run },
  )
  expect(tested).toMatchObject({ exitCode: 0, outputs: { outcome: 'passed', failed: '0' } })
  expect(readFileSync(tested.outputs['junit'] ?? '', 'utf8')).toContain('<testsuite')

  const { 'previous-digest': before = '' } = deployed.outputs
  const back = await shop.rollsBack('execute', { target: before, reason: 'the deal is too good' }, { run })
  expect(back).toMatchObject({ exitCode: 0, outputs: { outcome: 'rolled-back', digest: before, 'from-digest': digest, changed: 'true' } })
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent('the whole pipeline in one step', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const { image: _image, ...inputs } = await shop.releaseInputs('v2', { smoke })
  const { exitCode, outputs, summary } = await shop.runs('deploy-kit', {
    ...inputs,
    engine: 'oci',
    context: resolve('examples/shop'),
    'build-args': buildInputs('v2')['build-args'] ?? '',
    trivy: trivyThatReports(shop, 'clean'),
  })
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'promoted', promoted: 'true' })
  const stages = JSON.parse(outputs['stages'] ?? '[]') as readonly { readonly name: string; readonly outcome: string }[]
  expect(stages.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['build built', 'scan passed', 'deploy promoted'])
  expect(summary).toContain('shop')
  expect(await shop.state()).toMatchObject({ stable: outputs['digest'], lease: 'free' })
})

test.concurrent('an image with findings is not released by the pipeline', async () => {
  await using shop = await stage.shop().serving('v1')
  const inputs = await shop.releaseInputs('v2')
  const { exitCode, outputs } = await shop.runs('deploy-kit', { ...inputs, trivy: trivyThatReports(shop, 'image-vulnerabilities') })
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'failed' })
  expect(outputs).not.toHaveProperty('mutated')
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent.each<[string, Parameters<typeof trivyThatReports>[1], readonly string[], readonly string[]]>([
  ['an image that is found bad gets no tag from the pipeline', 'image-vulnerabilities', ['build built', 'scan failed'], []],
  ['an image that is found good gets its tags before it is released', 'clean', ['build built', 'scan passed', 'publish tagged'], ['v2']],
])('%s', async (_what, report, stages, tags) => {
  const registry = await fakeRegistry()
  try {
    await using shop = stage.shop()
    const { image: _image, ...inputs } = await shop.releaseInputs('v2')
    const pushed = { images: `${registry.host}/acme/shop`, push: 'true', tags: 'v2', engine: 'oci', context: resolve('examples/shop') }
    // The local platform runs layouts only, so the pipeline ends here in any case.
    const { exitCode, log } = await shop.runs('deploy-kit', { ...inputs, ...pushed, trivy: trivyThatReports(shop, report) })
    expect({ exitCode, log }).toMatchObject({ exitCode: 1 })
    const known = [...(registry.manifests.get('acme/shop')?.keys() ?? [])]
    expect(known.filter((name) => !name.startsWith('sha256:'))).toEqual(tags)
    expect(known.some((name) => name.startsWith('sha256:'))).toBe(true)
    expect(log).toContain(stages.includes('publish tagged') ? `${registry.host}/acme/shop:v2 is sha256:` : 'vulnerabilities-found')
  } finally {
    await registry.close()
  }
})

test.concurrent('a scan without a Trivy is no pass', async () => {
  await using shop = stage.shop()
  const image = await stage.layout('v2')
  const { exitCode, outputs } = await shop.runs('scan-trivy', { image, trivy: join(shop.workspace, 'no-trivy') })
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'error', 'reason-code': 'trivy-missing' })
})

test.concurrent('the same sources give the same digest, and a dry build writes nothing', async () => {
  await using shop = stage.shop()
  const dry = await shop.runs('build-image', { ...buildInputs('v2'), 'dry-run': 'true', output: 'dry' })
  expect(dry).toMatchObject({ exitCode: 0, outputs: { outcome: 'planned' } })
  expect(existsSync(join(shop.workspace, 'dry'))).toBe(false)

  const built = await shop.runs('build-image', { ...buildInputs('v2'), output: 'again' })
  expect(built.outputs['digest']).toBe(await shop.digest('v2'))
})

test.concurrent('a smoke test that fails says which check, and fails the step', async () => {
  await using shop = await stage.shop().serving('v1')
  const digest = await shop.digest('v2')
  const { exitCode, outputs, log } = await shop.runs('smoke-test', {
    suite: smoke,
    url: await shop.url(),
    'expected-version': digest,
    timeout: '2s',
  })
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'failed', 'reason-code': 'smoke-failed' })
  expect(Number(outputs['failed'])).toBeGreaterThan(0)
  expect(log).toMatch(/^::error::smoke-failed/m)
})
