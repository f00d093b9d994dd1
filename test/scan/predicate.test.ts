import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { requireScan, type ScanPredicate } from '@deploy-kit/scan/predicate'
import { ManualClock } from '../fakes/manual-clock.ts'
import { cleanUp, machine } from './fake-trivy.ts'

const digest = `sha256:${'a'.repeat(64)}`
const other = `sha256:${'b'.repeat(64)}`
const hour = 3_600_000
let room: string
let record: string
let predicate: ScanPredicate

/** A record as a scan really writes it. */
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'predicate-test-'))
  const here = await machine({ report: 'clean' })
  const scanned = await here.scans({
    subject: { kind: 'image', reference: `ghcr.io/acme/shop@${digest}` },
    report: join(room, 'report.json'),
    formats: ['predicate'],
  })
  record = scanned.files.predicate ?? ''
  predicate = JSON.parse(await readFile(record, 'utf8')) as ScanPredicate
})
afterAll(async () => {
  await rm(room, { recursive: true })
  await cleanUp()
})

const requires = async (change: Partial<{ digest: string; maxAgeMs: number; at: string; value: unknown }> = {}): Promise<ScanPredicate> => {
  const file = join(room, 'record.json')
  await writeFile(file, change.value === undefined ? await readFile(record) : JSON.stringify(change.value))
  const clock = new ManualClock(Date.parse(change.at ?? '2026-11-22T10:00:00Z'))
  return requireScan({ record: file, digest: change.digest ?? digest, maxAgeMs: change.maxAgeMs ?? 24 * hour }, clock)
}

const statement = (sha256: string) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'ghcr.io/acme/shop', digest: { sha256 } }],
  predicateType: 'https://in-toto.io/attestation/vulns/v0.2',
  predicate,
})

describe('the record of a scan', () => {
  test('is the standard predicate of in-toto, with the verdict beside it', () => {
    expect(predicate).toMatchObject({
      scanner: {
        uri: 'pkg:github/aquasecurity/trivy@0.73.0',
        version: '0.73.0',
        db: { uri: 'oci://mirror.test/trivy-db:2', lastUpdate: '2026-11-21T18:00:00.000Z' },
        result: [],
      },
      metadata: { scanStartedOn: '2026-11-22T00:00:00.000Z' },
      deployKit: { digests: [digest], verdict: 'pass', gate: { failOn: ['high', 'critical'] }, counts: { critical: 0 } },
    })
  })

  test('lets a digest through that was scanned within the time and passed', async () => {
    expect((await requires()).deployKit.verdict).toBe('pass')
  })

  test.each([
    ['another digest', { digest: other }, 'scan-of-another-digest'],
    ['a scan of the day before yesterday', { at: '2026-11-24T00:00:01Z' }, 'scan-too-old'],
    ['a scan from the future', { at: '2026-11-21T00:00:00Z' }, 'scan-too-old'],
    ['a file of something else', { value: { verdict: 'pass' } }, 'scan-record-invalid'],
  ])('stops %s', async (_what, change, code) => {
    await expect(requires(change)).rejects.toMatchObject({ code })
  })

  test('stops what failed', async () => {
    const failed = { ...predicate, deployKit: { ...predicate.deployKit, verdict: 'fail', failing: 3 } }
    await expect(requires({ value: failed })).rejects.toMatchObject({
      code: 'scan-not-passed',
      message: expect.stringContaining('3 findings'),
    })
  })

  test('that is not there is no pass', async () => {
    await expect(requireScan({ record: join(room, 'none'), digest, maxAgeMs: 1 }, new ManualClock())).rejects.toMatchObject({
      code: 'scan-record-invalid',
    })
  })

  test('may be the statement around it that was verified, and then counts for the subject of that', async () => {
    expect((await requires({ value: statement('a'.repeat(64)) })).deployKit.verdict).toBe('pass')
    await expect(requires({ value: statement('b'.repeat(64)) })).rejects.toMatchObject({ code: 'scan-of-another-digest' })
    await expect(requires({ value: statement('b'.repeat(64)), digest: other })).resolves.toMatchObject({ deployKit: { verdict: 'pass' } })
  })
})
