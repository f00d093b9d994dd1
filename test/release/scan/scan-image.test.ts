import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Logger, Place } from '@deploy-kit/core'
import { scanImage, type ScanInputs } from '@deploy-kit/release'
import { FakeHost } from '../../fakes/action-host.ts'
import { digestOf, fakeRegistry } from '../../fakes/registry.ts'
import { githubServer, type GitHubState } from '../../fakes/github-server.ts'
import { cleanUp, goodMirror, machine, type Scenario } from '../../scan/fake-trivy.ts'

const close: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of close.splice(0)) await end()
  await cleanUp()
})

const platforms = ['linux/amd64', 'linux/arm64'] as const

/** A registry with two versions of a shop, and one for two platforms. */
const shopRegistry = async () => {
  const registry = await fakeRegistry()
  close.push(() => registry.close())
  const stored = new Map<string, { readonly type: string; readonly content: Buffer }>()
  registry.manifests.set('acme/shop', stored)
  const put = (type: string, value: object): { readonly mediaType: string; readonly digest: string; readonly size: number } => {
    const content = Buffer.from(JSON.stringify(value))
    const digest = digestOf(content)
    stored.set(digest, { type, content })
    return { mediaType: type, digest, size: content.length }
  }
  const image = (name: string) =>
    put('application/vnd.oci.image.manifest.v1+json', {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(name), size: 1 },
      layers: [],
    })
  const [amd64, arm64, attestation] = [image('amd64'), image('arm64'), image('attestation')]
  const index = put('application/vnd.oci.image.index.v1+json', {
    manifests: [
      { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
      { ...attestation, platform: { os: 'unknown', architecture: 'unknown' } },
    ],
  })
  return {
    name: `${registry.host}/acme/shop`,
    v1: image('v1').digest,
    v2: image('v2').digest,
    index: index.digest,
    amd64: amd64.digest,
    arm64: arm64.digest,
  }
}

/** A job on a machine with a trivy, and a repository on GitHub. */
const job = async (scenario: Scenario, state: GitHubState = {}) => {
  const here = await machine(scenario)
  const server = await githubServer(state)
  const shop = await shopRegistry()
  close.push(server.close)
  const said: { readonly level: string; readonly message: string; readonly place?: Place }[] = []
  const say = (level: string) => (message: string, place?: Place) =>
    void said.push({ level, message, ...(place !== undefined && { place }) })
  const log: Logger = {
    debug: say('debug'),
    info: say('info'),
    notice: say('notice'),
    warning: say('warning'),
    error: say('error'),
    group: (_title, body) => body(),
  }
  class Runner extends FakeHost {
    override readonly temporaryDirectory = here.temporary
    override readonly workspace = here.files
  }
  const host = new Runner({}, log)
  const event = join(here.room, 'event.json')
  await writeFile(event, JSON.stringify({ pull_request: { number: 7, head: { repo: { full_name: 'acme/shop' } } } }))
  const environment = {
    PATH: `${join(here.room, 'bin')}:${process.env['PATH']}`,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: 'c'.repeat(40),
    GITHUB_REF: 'refs/pull/7/merge',
    GITHUB_API_URL: server.url,
    GITHUB_EVENT_PATH: event,
  }
  const inputs: ScanInputs = {
    image: shop.name,
    digest: shop.v2,
    'input-kind': 'auto',
    trivy: undefined,
    'fail-on': ['high', 'critical'],
    'ignore-unfixed': false,
    timeout: 60_000,
    report: 'out/trivy-report.json',
    'db-mirrors': [goodMirror],
  }
  return {
    ...here,
    server,
    shop,
    host,
    said,
    levels: (level: string) => said.filter((line) => line.level === level).map(({ message }) => message),
    runs: (more: Partial<ScanInputs> = {}) =>
      scanImage({ ...inputs, ...more }, host, new AbortController().signal, { clock: here.clock, environment }),
  }
}

describe('scan-trivy', () => {
  test('says why it failed, what would help most, and where', async () => {
    const here = await job({ report: 'image-vulnerabilities' })
    await writeFile(join(here.files, 'Dockerfile'), 'FROM debian:12.5-slim\nCOPY rootfs /\n')
    const result = await here.runs({ formats: ['sarif', 'predicate'] })
    expect(result).toMatchObject({
      ok: false,
      outcome: 'failed',
      reasonCode: 'vulnerabilities-found',
      reason: expect.stringMatching(
        /^3 findings fail .*CVE-2024-5535 in libssl3 3\.0\.11.*Most helps: take a newer base image than debian:12\.5-slim: clears up to 2$/,
      ),
      outputs: {
        verdict: 'fail',
        counts: '{"unknown":0,"low":1,"medium":1,"high":2,"critical":1}',
        failing: '3',
        'new-count': '',
        report: join(here.files, 'out/trivy-report.json'),
        sarif: join(here.files, 'out/trivy-report.sarif'),
        predicate: join(here.files, 'out/trivy-report.predicate.json'),
        'database-age': '6.0',
        'database-source': goodMirror,
        uploaded: 'false',
      },
    })
    expect(here.said.filter(({ level }) => level === 'error').map(({ place }) => place)).toEqual(
      [1, 1, 1].map((line) => ({ file: 'Dockerfile', line })),
    )
    const { runs: sarifRuns } = JSON.parse(await readFile(join(here.files, 'out/trivy-report.sarif'), 'utf8')) as {
      runs: [{ automationDetails: { id: string } }]
    }
    expect(sarifRuns[0].automationDetails.id).toBe(`deploy-kit/scan/${here.shop.name}/`)
  })

  test('keeps within the annotations that GitHub shows, and leaves one for the failure itself', async () => {
    const here = await job({})
    const report = join(here.room, 'many.json')
    const secrets = Array.from({ length: 30 }, (_, StartLine) => ({ RuleID: 'github-pat', Severity: 'CRITICAL', StartLine: StartLine + 1 }))
    await writeFile(report, JSON.stringify({ SchemaVersion: 2, Results: [{ Target: 'a.env', Class: 'secret', Secrets: secrets }] }))
    await writeFile(join(here.room, 'bin', 'scenario.json'), JSON.stringify({ version: '0.73.0', report }))
    const result = await here.runs({ image: '.', digest: undefined, scanners: ['secret'] })
    expect(result).toMatchObject({ reasonCode: 'secrets-found', outputs: { failing: '30' } })
    expect(here.levels('error')).toHaveLength(9)
    expect(here.said.find(({ level }) => level === 'error')?.place).toEqual({ file: 'a.env', line: 1 })
  })

  test('hands SARIF and comment to GitHub, once each', async () => {
    const here = await job({ report: 'image-vulnerabilities' })
    const publish = { formats: ['sarif'] as const, token: 'ghs_forTests', upload: 'auto' as const, comment: true }
    expect((await here.runs(publish)).outputs.uploaded).toBe('true')
    await here.runs(publish)
    expect(here.server.uploads).toHaveLength(2)
    expect(here.server.comments).toHaveLength(1)
    expect(here.server.comments[0]?.body).toMatch(/^<!-- deploy-kit scan-127\.0\.0\.1:\d+\/acme\/shop -->\n### Scan failed: 3 findings/)
    expect(here.server.faults).toEqual([])
  })

  test('warns where GitHub does not take them, and fails only where that was required', async () => {
    const refused = { status: 403, message: 'Resource not accessible by integration' }
    const here = await job({ report: 'clean' }, { refusesUploads: refused, refusesComments: refused })
    const publish = { formats: ['sarif'] as const, token: 'ghs_forTests', comment: true }
    expect(await here.runs({ ...publish, upload: 'auto' })).toMatchObject({ ok: true, outputs: { uploaded: 'false' } })
    expect(here.levels('warning')).toEqual([
      expect.stringMatching(/^Code scanning did not take the SARIF: status 403.*The findings are in the summary and in/),
      expect.stringMatching(/^The pull request got no comment: status 403/),
    ])
    await expect(here.runs({ ...publish, upload: 'required' })).rejects.toMatchObject({ code: 'sarif-upload-failed' })
    expect(await here.runs({ ...publish, upload: 'off', comment: false })).toMatchObject({ ok: true })
    expect(here.server.uploads).toEqual([])
  })

  test('compares with a report of Trivy from then, and with what can be scanned again', async () => {
    const here = await job({ report: 'image-vulnerabilities' })
    await copyFile('test/fixtures/trivy/image-vulnerabilities.json', join(here.files, 'before.json'))
    const byReport = await here.runs({ baseline: 'before.json', 'only-new': true })
    expect(byReport).toMatchObject({
      ok: true,
      outputs: { 'new-count': '0', 'fixed-count': '0' },
      result: { comparison: { kind: 'earlier-report' } },
    })
    const again = await here.runs({ baseline: `${here.shop.name}@${here.shop.v1}`, 'only-new': true })
    expect(again).toMatchObject({ ok: true, result: { comparison: { kind: 'same-database' }, knownBefore: 3 } })
    await writeFile(join(here.files, 'bom.json'), '{"bomFormat":"CycloneDX"}')
    expect(await here.runs({ baseline: 'bom.json' })).toMatchObject({ result: { comparison: { kind: 'same-database' } } })
    expect((await here.scanCalls()).map(({ argv }) => argv[0])).toEqual(['image', 'image', 'image', 'image', 'sbom'])
  })

  test('scans each platform of an index by its digest, and tells one finding once', async () => {
    const here = await job({ report: 'image-vulnerabilities' })
    const result = await here.runs({ digest: here.shop.index, formats: ['sarif', 'predicate'] })
    const calls = await here.scanCalls()
    expect(calls.map(({ argv }) => argv.at(-1))).toEqual([`${here.shop.name}@${here.shop.amd64}`, `${here.shop.name}@${here.shop.arm64}`])
    expect(result).toMatchObject({
      outputs: { failing: '3' },
      result: { platforms: [...platforms], digests: [here.shop.index, here.shop.amd64, here.shop.arm64] },
    })
    const sarif = JSON.parse(await readFile(result.outputs.sarif ?? '', 'utf8')) as { runs: { automationDetails: { id: string } }[] }
    expect(sarif.runs.map(({ automationDetails }) => automationDetails.id)).toEqual(
      platforms.map((platform) => `deploy-kit/scan/${here.shop.name}/${platform}/`),
    )
    expect(result.outputs.report).toBe(join(here.files, 'out/trivy-report.linux-amd64.json'))
    const one = await here.runs({ digest: here.shop.index, platforms: ['linux/arm64'] })
    expect(one).toMatchObject({ result: { digest: here.shop.index } })
    await expect(here.runs({ digest: here.shop.index, platforms: ['linux/s390x'] })).rejects.toMatchObject({
      code: 'scan-subject-invalid',
      message: expect.stringContaining('only for linux/amd64, linux/arm64'),
    })
  })

  test('finds out what is named', async () => {
    const here = await job({ report: 'clean' })
    await mkdir(join(here.files, 'sources'))
    await writeFile(join(here.files, 'image.tar'), Buffer.alloc(1_024))
    await writeFile(join(here.files, 'bom.json'), '{}')
    for (const image of ['sources', 'image.tar', 'bom.json']) await here.runs({ image, digest: undefined })
    await here.runs({ image: 'sources', digest: undefined, 'input-kind': 'configuration' })
    const calls = await here.scanCalls()
    expect(calls.map(({ argv }) => [argv[0], argv[argv.indexOf('--scanners') + 1]])).toEqual([
      ['filesystem', 'vuln,secret'],
      ['image', 'vuln,secret'],
      ['sbom', 'vuln'],
      ['filesystem', 'misconfig'],
    ])
  })

  test('takes the ignore files of the checkout unless others are named, and warns of ids whose day is over', async () => {
    const here = await job({ report: 'clean' })
    await writeFile(join(here.files, '.trivyignore'), 'CVE-1 exp:2020-01-01\nCVE-2')
    await writeFile(join(here.files, '.trivyignore.yaml'), 'vulnerabilities:\n  - id: CVE-3\n')
    await here.runs()
    expect(here.levels('warning')).toEqual(['CVE-1 is not ignored any more: its day is over (.trivyignore:1).'])
    expect(here.levels('info')).toContain('CVE-3 is ignored in vain: nothing of it was found (.trivyignore.yaml vulnerabilities[0]).')
    await expect(here.runs({ 'ignore-files': ['nowhere'] })).rejects.toMatchObject({ code: 'ignore-file-invalid' })
    await expect(here.runs({ 'require-ignore-reasons': true })).rejects.toMatchObject({ code: 'ignore-reason-missing' })
  })

  test.each([
    ['a term without its feed', { 'fail-on': ['kev'] }, '`fail-on`: `kev` needs `kev-feed`'],
    ['a probability without its feed', { epss: 0.5 }, '`epss` needs `epss-feed`'],
    ['a comment without a token', { comment: true }, '`comment` needs `token`'],
    ['an upload without a token', { upload: 'required' }, '`upload: required` needs `token`'],
  ] as const)('refuses %s before Trivy is started', async (_what, inputs, message) => {
    const here = await job({ report: 'clean' })
    await expect(here.runs(inputs)).rejects.toMatchObject({ code: 'input-invalid', message: expect.stringContaining(message) })
    await expect(here.calls()).rejects.toThrow('ENOENT')
  })
})
