import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { imageContext } from '../trivy/fixtures.ts'
import { makeDatabase } from '../trivy/tools.ts'
import { account } from './registry-process.ts'
import { runWorkflow, type EndedJob } from './workflow-run.ts'
import { Yard } from './yard.ts'

const yard = await Yard.open([], 'basic')
afterAll(() => yard[Symbol.asyncDispose]())

const [bad, good] = ['3.0.11-1~deb12u2', '3.0.15-1~deb12u1']
const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com']

/** A repository, checked out, whose image has an openssl of that version. */
const checkout = async (openssl: string): Promise<string> => {
  const directory = await mkdtemp(join(yard.directory, 'checkout-'))
  await imageContext(directory, { openssl, lodash: '4.17.21' })
  const git = (...argv: readonly string[]): Buffer => execFileSync('git', [...who, ...argv], { cwd: directory })
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'The shop')
  return directory
}

const prepares = (temporary: string): void => makeDatabase(join(temporary, 'trivy-cache'))
const results = (jobs: ReadonlyMap<string, EndedJob>) => Object.fromEntries([...jobs].map(([id, { result }]) => [id, result]))

const publishes = async (name: string, directory: string) =>
  runWorkflow(
    '.github/workflows/publish.yml',
    {
      inputs: {
        images: `${yard.registry}/acme/${name}`,
        tags: 'v1\nlatest',
        'ignore-unfixed': true,
        'build-cache': '',
        attest: false,
        'registry-username': account.username,
      },
      secrets: { 'registry-password': account.password },
      checkout: directory,
      prepares,
    },
    yard,
  )

describe('publish.yml: build, scan, tags', () => {
  test('an image that is found bad never gets a tag', async () => {
    const jobs = await publishes('bad', await checkout(bad))
    expect(results(jobs)).toEqual({ build: 'success', scan: 'failure', attest: 'skipped', publish: 'skipped' })
    expect(jobs.get('scan')?.outputs['reason-code']).toBe('vulnerabilities-found')
    const { digest = '' } = jobs.get('build')?.outputs ?? {}
    expect(await yard.manifest('acme/bad', digest)).toMatchObject({ digest })
    expect(await yard.tags('acme/bad')).toBeUndefined()
  })

  test('one that is found good gets them all', async () => {
    const jobs = await publishes('good', await checkout(good))
    expect(results(jobs)).toEqual({ build: 'success', scan: 'success', attest: 'skipped', publish: 'success' })
    expect(await yard.tags('acme/good')).toEqual(['latest', 'v1'])
    expect(await yard.manifest('acme/good', 'v1')).toMatchObject({ digest: jobs.get('publish')?.outputs['digest'] })
  })

  test('what the repository ignores is ignored, and what is shown is shown in its Dockerfile', async () => {
    const directory = await checkout(bad)
    await writeFile(join(directory, '.trivyignore'), 'CVE-2024-5535 # no NPN here\n')
    expect(results(await publishes('ignored', directory))).toMatchObject({ scan: 'success', publish: 'success' })
    const sarif = JSON.parse(await readFile(join(directory, 'trivy-report.sarif'), 'utf8')) as Sarif
    const ignored = sarif.runs[0].results.find(({ ruleId }) => ruleId === 'CVE-2024-5535')
    expect(ignored).toMatchObject({
      suppressions: [{ justification: 'no NPN here (.trivyignore:1)' }],
      locations: [{ physicalLocation: { artifactLocation: { uri: 'Dockerfile' }, region: { startLine: 2 } } }],
    })
  })
})

const scans = async (directory: string) =>
  runWorkflow(
    '.github/workflows/release.yml',
    { inputs: { environment: 'staging', app: 'shop', 'ignore-unfixed': true }, checkout: directory, prepares, jobs: ['build', 'scan'] },
    yard,
  )

describe('release.yml: the image goes from job to job as a layout', () => {
  test('the scan finds what is bad, and takes the ignore file and the Dockerfile of the checkout', async () => {
    const directory = await checkout(bad)
    expect(results(await scans(directory))).toEqual({ build: 'success', scan: 'failure' })
    const sarif = JSON.parse(await readFile(join(directory, 'trivy-report.sarif'), 'utf8')) as Sarif
    expect(sarif.runs[0].automationDetails.id).toBe('deploy-kit/scan/shop/')
    expect(sarif.runs[0].results[0]?.locations[0].physicalLocation).toMatchObject({ artifactLocation: { uri: 'Dockerfile' } })
    await writeFile(join(directory, '.trivyignore.yaml'), 'vulnerabilities:\n  - id: CVE-2024-5535\n    statement: no NPN here\n')
    expect(results(await scans(directory))).toEqual({ build: 'success', scan: 'success' })
  })
})

interface Sarif {
  readonly runs: [
    {
      readonly automationDetails: { readonly id: string }
      readonly results: readonly { readonly ruleId: string; readonly locations: [{ readonly physicalLocation: object }] }[]
    },
  ]
}
