import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { compare, parseReport } from '@deploy-kit/scan'
import { cleanUp, machine } from './fake-trivy.ts'

afterEach(cleanUp)

interface Vulnerability {
  VulnerabilityID: string
  PkgIdentifier: { PURL: string }
  InstalledVersion: string
  PkgID: string
}
interface Json {
  ArtifactName: string
  Results: { Target: string; Packages: { Identifier: { PURL: string } }[]; Vulnerabilities: Vulnerability[] }[]
}

const text = readFileSync('test/fixtures/trivy/image-vulnerabilities.json', 'utf8')
/** The sample with something changed. */
const changed = (change: (report: Json) => void): string => {
  const report = JSON.parse(text) as Json
  change(report)
  return JSON.stringify(report)
}
const ids = (findings: readonly { readonly id: string }[]): readonly string[] => findings.map(({ id }) => id).toSorted()
const sameDatabase = (json: string) => ({ kind: 'same-database' as const, name: 'before', reports: [parseReport(json)] })
const earlier = (json: string) => ({ kind: 'earlier-report' as const, name: 'before', reports: [parseReport(json)] })

const secrets = (lines: readonly number[]) =>
  parseReport(
    JSON.stringify({
      SchemaVersion: 2,
      Results: [
        {
          Target: 'a.env',
          Class: 'secret',
          Secrets: lines.map((StartLine) => ({ RuleID: 'github-pat', Severity: 'CRITICAL', StartLine })),
        },
      ],
    }),
  )

describe('a comparison', () => {
  const { findings } = parseReport(text)

  test('finds nothing new in a rebuild: not by its name, its versions, its lines', () => {
    const rebuilt = parseReport(
      changed((report) => {
        for (const result of report.Results) {
          result.Target = result.Target.replace('debian12.tar (debian 12.5)', 'shop@sha256:1 (debian 12.6)')
          for (const found of result.Vulnerabilities ?? []) {
            found.InstalledVersion += '1'
            found.PkgIdentifier.PURL = found.PkgIdentifier.PURL.replace(/@[^?]+/, '@9.9').replace('12.5', '12.6')
          }
        }
      }),
    )
    expect(compare(rebuilt.findings, sameDatabase(text))).toMatchObject({ newByImage: [], newByDatabase: [], fixed: [] })
  })

  test('under the same database, what the baseline lacks was brought by the image', () => {
    const without = changed((report) => void report.Results[0]?.Vulnerabilities.shift())
    const comparison = compare(findings, sameDatabase(without))
    expect(ids(comparison.newByImage)).toEqual(['CVE-2022-3715'])
    expect(ids(comparison.known)).toHaveLength(4)
  })

  test('with a report from then, what is about a package that was there before is news of the database', () => {
    const without = changed((report) => void report.Results[0]?.Vulnerabilities.shift())
    const comparison = compare(findings, earlier(without))
    expect([ids(comparison.newByImage), ids(comparison.newByDatabase)]).toEqual([[], ['CVE-2022-3715']])
    const another = changed((report) => {
      report.Results[0]?.Vulnerabilities.shift()
      report.Results[0]?.Packages.shift()
    })
    expect(ids(compare(findings, earlier(another)).newByImage)).toEqual(['CVE-2022-3715'])
  })

  test('names what is gone', () => {
    const [first, ...rest] = findings
    expect(compare(rest, sameDatabase(text)).fixed).toEqual([first])
  })

  test('knows the second secret of a rule in a file for another one, wherever its line is by now', () => {
    const baseline = { kind: 'same-database' as const, name: 'before', reports: [secrets([3])] }
    expect(compare(secrets([7, 9]).findings, baseline).newByImage).toHaveLength(1)
    expect(compare(secrets([7]).findings, baseline).newByImage).toHaveLength(0)
  })
})

describe('a scan with a baseline', () => {
  test('scans it again under the same database, and with `onlyNew` fails on what is new alone', async () => {
    const here = await machine({})
    const before = join(here.room, 'before.json')
    await writeFile(
      before,
      changed((report) => void report.Results[0]?.Vulnerabilities.shift()),
    )
    await writeFile(
      join(here.room, 'bin', 'scenario.json'),
      JSON.stringify({
        version: '0.73.0',
        updatedAt: '2026-11-21T18:00:00Z',
        nextUpdate: '2026-11-22T18:00:00Z',
        mirrors: { 'mirror.test/trivy-db:2': {} },
        scans: [{ report: join(process.cwd(), 'test/fixtures/trivy/image-vulnerabilities.json') }, { report: before }],
      }),
    )
    const baseline = { subject: { kind: 'filesystem' as const, directory: here.files } }
    const scanned = await here.scans({ baseline, onlyNew: true })
    expect(scanned).toMatchObject({ result: 'fail', failing: [{ id: 'CVE-2022-3715' }], knownBefore: 2 })
    expect(scanned.comparison).toMatchObject({ baseline: here.files, kind: 'same-database' })
    expect((await here.calls()).filter(({ argv }) => argv.includes('--download-db-only'))).toHaveLength(1)
  })

  test('takes a report from then, and passes when only the database learned something', async () => {
    const here = await machine({ report: 'image-vulnerabilities' })
    const report = join(here.room, 'before.json')
    await writeFile(
      report,
      changed((json) => void json.Results[0]?.Vulnerabilities.splice(0)),
    )
    const scanned = await here.scans({ baseline: { report }, onlyNew: true, failOn: ['critical'] })
    expect(scanned).toMatchObject({ result: 'pass', knownBefore: 1 })
    expect(ids(scanned.comparison?.newByDatabase ?? [])).toContain('CVE-2024-5535')
  })

  test('that cannot be had is no pass', async () => {
    const here = await machine({ scans: [{ report: 'clean' }, { stderr: 'FATAL\trun error: image scan error: MANIFEST_UNKNOWN\n' }] })
    const baseline = { subject: { kind: 'image' as const, reference: `127.0.0.1:5000/shop@sha256:${'b'.repeat(64)}` } }
    await expect(here.scans({ baseline, onlyNew: true })).rejects.toMatchObject({ code: 'trivy-failed' })
    await expect(here.scans({ baseline: { report: '/nowhere.json' } })).rejects.toMatchObject({ code: 'trivy-report-invalid' })
  })

  test('is not needed for a first release: then everything is new', async () => {
    const here = await machine({ report: 'image-vulnerabilities' })
    expect(await here.scans({ onlyNew: true })).toMatchObject({ result: 'fail', comparison: undefined, knownBefore: 0 })
  })
})
