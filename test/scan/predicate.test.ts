import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { requireScan, scanRecordOf, type ScanPredicate } from '@deploy-kit/scan/predicate'
import { ManualClock } from '../fakes/manual-clock.ts'
import { cleanUp, machine } from './fake-trivy.ts'

const digest = `sha256:${'a'.repeat(64)}`
const other = `sha256:${'b'.repeat(64)}`
const hour = 3_600_000
let room: string
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
  predicate = JSON.parse(await readFile(scanned.files.predicate ?? '', 'utf8')) as ScanPredicate
})
afterAll(async () => {
  await rm(room, { recursive: true })
  await cleanUp()
})

/** Throws what stops a release; returns the record that lets it go on. */
const requires = (change: Partial<{ digest: string; maxAgeMs: number; at: string; value: unknown }> = {}): ScanPredicate => {
  const clock = new ManualClock(Date.parse(change.at ?? '2026-11-22T10:00:00Z'))
  const found = scanRecordOf('value' in change ? change.value : predicate, 'record.json')
  requireScan(found, { digest: change.digest ?? digest, maxAgeMs: change.maxAgeMs ?? 24 * hour, source: 'record.json' }, clock)
  return found.predicate
}

const statement = (sha256: string) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'ghcr.io/acme/shop', digest: { sha256 } }],
  predicateType: 'https://in-toto.io/attestation/vulns/v0.2',
  predicate,
})

const enveloped = (payload: string) => ({
  payload: Buffer.from(payload).toString('base64'),
  payloadType: 'application/vnd.in-toto+json',
  signatures: [{ sig: '' }],
})
const bundled = (payload: string) => ({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: enveloped(payload) })

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

  test('lets a digest through that was scanned within the time and passed', () => {
    expect(requires().deployKit.verdict).toBe('pass')
  })

  test.each([
    ['another digest', { digest: other }, 'scan-of-another-digest'],
    ['a scan of the day before yesterday', { at: '2026-11-24T00:00:01Z' }, 'scan-too-old'],
    ['a scan from the future', { at: '2026-11-21T00:00:00Z' }, 'scan-too-old'],
    ['a file of something else', { value: { verdict: 'pass' } }, 'scan-record-invalid'],
    ['nothing', { value: null }, 'scan-record-invalid'],
    ['an envelope around nothing', { value: enveloped('no JSON') }, 'scan-record-invalid'],
  ])('stops %s', (_what, change, code) => {
    expect(() => requires(change)).toThrow(expect.objectContaining({ code }))
  })

  test('stops what failed', () => {
    const failed = { ...predicate, deployKit: { ...predicate.deployKit, verdict: 'fail', failing: 3 } }
    expect(() => requires({ value: failed })).toThrow(
      expect.objectContaining({ code: 'scan-not-passed', message: expect.stringContaining('3 findings') }),
    )
  })

  test.each([
    ['the statement around it', (value: object): object => value],
    ['the signed envelope around that', (value: object) => enveloped(JSON.stringify(value))],
    ['the bundle around that', (value: object) => bundled(JSON.stringify(value))],
  ])('may be %s, and then counts for the subject of that', (_form, formed) => {
    expect(requires({ value: formed(statement('a'.repeat(64))) }).deployKit.verdict).toBe('pass')
    expect(() => requires({ value: formed(statement('b'.repeat(64))) })).toThrow(
      expect.objectContaining({ code: 'scan-of-another-digest' }),
    )
    expect(requires({ value: formed(statement('b'.repeat(64))), digest: other }).deployKit.verdict).toBe('pass')
  })
})
