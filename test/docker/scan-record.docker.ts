import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { silentLogger, type Logger } from '@deploy-kit/core'
import { requireScanned, resolveTarget, type ScanRecordInputs } from '@deploy-kit/release'
import type { ScanPredicate } from '@deploy-kit/scan/predicate'
import { setStage } from '../e2e/stage/stage.ts'
import { trivyThatReports } from '../e2e/stage/trivy.ts'
import { FakeHost } from '../fakes/action-host.ts'
import { CosignKey } from './cosign.ts'
import { toolsPath } from './program.ts'
import { WorkflowAuthority } from './workflow-identity.ts'
import { Yard } from './yard.ts'

// An environment says who must have signed the record of a scan. The real cosign verifies; nothing that it does not confirm is believed.

const stage = await setStage()
const yard = await Yard.open([])
afterAll(async () => {
  await stage.strike()
  await yard[Symbol.asyncDispose]()
})

const env = { PATH: toolsPath }
/** There is no transparency log here. */
const withoutLog = { 'scan-verify-options': '--insecure-ignore-tlog=true' }
let ours: CosignKey
let theirs: CosignKey
let predicate: ScanPredicate

/** The record of a scan that passed, as scan-trivy writes it. */
beforeAll(async () => {
  ours = await CosignKey.make(yard.directory)
  theirs = await CosignKey.make(yard.directory)
  await using shop = stage.shop()
  const scan = { image: await stage.layout('v1'), digest: await shop.digest('v1'), trivy: trivyThatReports(shop, 'clean') }
  const { outputs } = await shop.runs('scan-trivy', scan)
  predicate = JSON.parse(await readFile(outputs['predicate'] ?? '', 'utf8')) as ScanPredicate
})

const about = (digest: string, verdict: 'pass' | 'fail' = 'pass', agoMs = 0): ScanPredicate => ({
  ...predicate,
  metadata: { ...predicate.metadata, scanFinishedOn: new Date(Date.now() - agoMs).toISOString() },
  deployKit: { ...predicate.deployKit, digests: [digest], verdict, failing: verdict === 'pass' ? 0 : 3 },
})

interface Envelope {
  readonly dsseEnvelope: object
}

describe('a release with the attestation in a file', () => {
  test('goes on when the right key has signed that the digest passed', async () => {
    await using shop = stage.shop()
    const record = await ours.attestsInFile(await shop.digest('v1'), about(await shop.digest('v1')))
    const { exitCode, outputs, log } = await shop.releases(
      'v1',
      { 'scan-record': record, 'scan-key': ours.publicKey, ...withoutLog },
      { env },
    )
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
    expect(outputs).toMatchObject({ outcome: 'promoted' })
    expect(log).toContain(`passed its scan by Trivy 0.73.0 at ${about('').metadata.scanFinishedOn.slice(0, 10)}`)
    expect(log).toContain(`as the key ${ours.publicKey} has signed`)
  })

  test('as the configuration asks for it, from everybody', async () => {
    await using shop = stage.shop()
    const digest = await shop.digest('v1')
    shop.has('scan.pub', await readFile(ours.publicKey, 'utf8'))
    shop.configured({ scan: { 'max-age': '24h', 'signed-by': { key: 'scan.pub', options: ['--insecure-ignore-tlog=true'] } } })
    const { app: _app, platform: _platform, ...release } = await shop.releaseInputs('v1')
    const bare = join(shop.workspace, 'record.json')
    await writeFile(bare, JSON.stringify(about(digest)))
    const refused = await shop.runs('deploy-canary', { ...release, 'scan-record': bare }, { env })
    expect(refused).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'scan-record-unverified' } })
    const record = await ours.attestsInFile(digest, about(digest))
    expect(await shop.runs('deploy-canary', { ...release, 'scan-record': record }, { env })).toMatchObject({ exitCode: 0 })
  })

  test.each<[string, () => Promise<string>, string, RegExp]>([
    [
      'that nobody has signed',
      async () => {
        const file = join(yard.directory, 'bare.json')
        await writeFile(file, JSON.stringify(about(await stage.digest('v1'))))
        return file
      },
      'scan-record-unverified',
      /is no Sigstore bundle: nobody has signed it/,
    ],
    [
      'that somebody else has signed',
      async () => theirs.attestsInFile(await stage.digest('v1'), about(await stage.digest('v1'))),
      'scan-record-unverified',
      /`cosign verify-blob-attestation` ended with status/,
    ],
    [
      'that says another verdict than was signed',
      async () => {
        const digest = await stage.digest('v1')
        const file = await ours.attestsInFile(digest, about(digest, 'fail'))
        const bundle = JSON.parse(await readFile(file, 'utf8')) as { dsseEnvelope: { payload: string } }
        const statement = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8')
        bundle.dsseEnvelope.payload = Buffer.from(statement.replace('"verdict":"fail"', '"verdict":"pass"')).toString('base64')
        await writeFile(file, JSON.stringify(bundle))
        return file
      },
      'scan-record-unverified',
      /`cosign verify-blob-attestation` ended with status/,
    ],
    [
      'that stands beside a signed one, under the other name that its format allows',
      async () => {
        const digest = await stage.digest('v1')
        const signed = JSON.parse(await readFile(await ours.attestsInFile(digest, about(digest, 'fail')), 'utf8')) as Envelope
        const forged = JSON.parse(await readFile(await theirs.attestsInFile(digest, about(digest)), 'utf8')) as Envelope
        const file = join(yard.directory, 'two.json')
        await writeFile(file, JSON.stringify({ ...signed, dsse_envelope: signed.dsseEnvelope, dsseEnvelope: forged.dsseEnvelope }))
        return file
      },
      'scan-record-unverified',
      /`cosign verify-blob-attestation` ended with status/,
    ],
    [
      'whose predicate names the digest, and whose signature is about another',
      async () => ours.attestsInFile(await stage.digest('v2'), about(await stage.digest('v1'))),
      'scan-of-another-digest',
      /is to be released/,
    ],
    [
      'that it failed',
      async () => ours.attestsInFile(await stage.digest('v1'), about(await stage.digest('v1'), 'fail')),
      'scan-not-passed',
      /failed/,
    ],
    [
      'of the day before yesterday',
      async () => ours.attestsInFile(await stage.digest('v1'), about(await stage.digest('v1'), 'pass', 48 * 3_600_000)),
      'scan-too-old',
      /is 48 h old; 24 h are allowed/,
    ],
  ])('is refused with a record %s, and nothing is touched', async (_what, record, code, words) => {
    await using shop = stage.shop()
    const inputs = { 'scan-record': await record(), 'scan-key': ours.publicKey, ...withoutLog }
    const { exitCode, outputs } = await shop.releases('v1', inputs, { env })
    expect({ exitCode, ...outputs }).toMatchObject({
      exitCode: 1,
      outcome: 'error',
      'reason-code': code,
      reason: expect.stringMatching(words),
    })
    expect(await shop.state()).toMatchObject({ stable: null, canary: null })
  })

  test('is refused where there is no cosign: what cannot be verified is not believed', async () => {
    await using shop = stage.shop()
    const digest = await shop.digest('v1')
    const record = await ours.attestsInFile(digest, about(digest))
    const inputs = { 'scan-record': record, 'scan-key': ours.publicKey, ...withoutLog }
    const { outputs } = await shop.releases('v1', inputs, { env: { PATH: dirname(process.execPath) } })
    expect(outputs).toMatchObject({ outcome: 'error', 'reason-code': 'tool-missing', reason: expect.stringContaining('cosign') })
  })
})

describe('a release with the attestation of a workflow', () => {
  const workflow = 'https://github.com/org/deploy-kit/.github/workflows/publish.yml@refs/tags/v1'
  const authority = new WorkflowAuthority(yard.directory)
  const released = async (signer: string, repository: string, asked: readonly string[] = []) => {
    await using shop = stage.shop()
    const digest = await shop.digest('v1')
    const options = [`--trusted-root=${authority.trustedRoot}`, '--insecure-ignore-tlog=true', '--insecure-ignore-sct=true', ...asked]
    const inputs = {
      'scan-record': authority.attests(signer, repository, digest, about(digest)),
      'scan-identity': workflow,
      'scan-verify-options': options.join('\n'),
    }
    return shop.releases('v1', inputs, { env })
  }
  const ofShop = '--certificate-github-workflow-repository=acme/shop'

  test('goes on when that workflow has signed, in the repository that was named', async () => {
    expect(await released(workflow, 'acme/shop', [ofShop])).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } })
  })

  test.each([
    ['another workflow has signed', 'https://github.com/mallory/shop/.github/workflows/publish.yml@refs/heads/main', 'acme/shop'],
    ['the same reusable workflow has signed for another repository', workflow, 'mallory/shop'],
  ])('is refused when %s', async (_what, signer, repository) => {
    const { exitCode, outputs } = await released(signer, repository, [ofShop])
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'scan-record-unverified' })
  })
})

/** An image in the registry, and whether it may be released. */
const pushed = async (name: string) => {
  const context = await yard.context({ Dockerfile: `FROM scratch\nLABEL name=${name}\nCOPY busybox /bin/busybox\n` })
  const { outputs } = await yard.builds({ images: `${yard.registry}/acme/${name}`, context, engine: 'oci', push: 'true', tags: 'v1' })
  const { image = '', digest = '' } = outputs
  const isAllowed = async (more: Partial<ScanRecordInputs> = {}): Promise<readonly string[]> => {
    const said: string[] = []
    const log: Logger = { ...silentLogger, info: (message) => void said.push(message) }
    const host = Object.assign(new FakeHost({}, log), { temporaryDirectory: yard.directory, workspace: yard.directory })
    process.env['PATH'] = toolsPath
    await requireScanned(
      await resolveTarget({ config: 'none.yml', app: 'shop', environment: undefined, platform: 'local', edge: 'http://127.0.0.1:9' }, '/'),
      {
        'scan-record': undefined,
        'scan-max-age': 24 * 3_600_000,
        'scan-key': ours.publicKey,
        'scan-identity': undefined,
        'scan-verify-options': ['--insecure-ignore-tlog=true'],
        ...more,
      },
      { image, digest },
      host,
      new AbortController().signal,
    )
    return said
  }
  return { image, digest, isAllowed }
}

describe('a release with attestations beside the image', () => {
  test('goes on when the right key has signed that it passed; the last scan counts', async () => {
    const { image, digest, isAllowed } = await pushed('attested')
    await ours.attestsInRegistry(image, about(digest, 'fail', 3_600_000))
    await expect(isAllowed()).rejects.toMatchObject({ code: 'scan-not-passed' })
    await ours.attestsInRegistry(image, about(digest))
    expect(await isAllowed()).toEqual([expect.stringContaining(`as the key ${ours.publicKey} has signed`)])
  })

  test('is refused when nobody has signed, when somebody else has, and when a later scan has failed', async () => {
    const { image, digest, isAllowed } = await pushed('doubtful')
    await expect(isAllowed()).rejects.toMatchObject({ code: 'scan-record-unverified' })
    await theirs.attestsInRegistry(image, about(digest))
    await expect(isAllowed()).rejects.toMatchObject({ code: 'scan-record-unverified' })
    await ours.attestsInRegistry(image, about(digest, 'pass', 3_600_000))
    expect(await isAllowed()).toHaveLength(1)
    await ours.attestsInRegistry(image, about(digest, 'fail'))
    await expect(isAllowed()).rejects.toMatchObject({ code: 'scan-not-passed' })
  })

  test('is refused when the workflow should have signed, and a key has', async () => {
    const { image, digest, isAllowed } = await pushed('keyed')
    await ours.attestsInRegistry(image, about(digest))
    const identity = 'https://github.com/acme/shop/.github/workflows/publish.yml@refs/heads/main'
    await expect(isAllowed({ 'scan-key': undefined, 'scan-identity': identity })).rejects.toMatchObject({
      code: 'scan-record-unverified',
      message: expect.stringContaining(identity),
    })
  })
})
