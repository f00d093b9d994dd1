import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { readReport } from '@deploy-kit/scan'
import { cleanUp, machine } from './fake-trivy.ts'

const directory = 'test/fixtures/trivy-published'
const published = readdirSync(directory).filter((name) => name.endsWith('.json.golden') && !name.startsWith('k8s-'))
const own = readdirSync('test/fixtures/trivy')
const reports = [...published.map((name) => join(directory, name)), ...own.map((name) => join('test/fixtures/trivy', name))]

interface Raw {
  readonly Results?: readonly {
    readonly Class: string
    readonly Vulnerabilities?: readonly { readonly VulnerabilityID: string }[]
    readonly Misconfigurations?: readonly { readonly ID: string; readonly Status: string }[]
    readonly Secrets?: readonly { readonly RuleID: string }[]
    readonly Licenses?: readonly { readonly Name: string }[]
    readonly ExperimentalModifiedFindings?: readonly unknown[]
  }[]
}
const rawOf = (path: string): Raw => JSON.parse(readFileSync(path, 'utf8')) as Raw

/** The ids of a report, read without any of what is tested here. */
const idsIn = ({ Results = [] }: Raw): readonly string[] =>
  Results.flatMap(({ Vulnerabilities = [], Misconfigurations = [], Secrets = [], Licenses = [] }) => [
    ...Vulnerabilities.map(({ VulnerabilityID }) => VulnerabilityID),
    ...Misconfigurations.filter(({ Status }) => Status === 'FAIL').map(({ ID }) => ID),
    ...Secrets.map(({ RuleID }) => RuleID),
    ...Licenses.map(({ Name }) => Name),
  ])

const rooms: string[] = []
afterAll(async () => {
  for (const room of rooms) await rm(room, { recursive: true })
  await cleanUp()
})
const room = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'published-test-'))
  rooms.push(made)
  return made
}

describe("the shapes of Trivy's reports", () => {
  test('are all here: every class that it has a name for', () => {
    const classes = new Set(reports.flatMap((path) => rawOf(path).Results?.map((result) => result.Class) ?? []))
    // types.ClassOSPkg and what follows it, pkg/fanal/types/const.go and pkg/types/report.go of Trivy 0.73.
    expect([...classes].toSorted()).toEqual(['config', 'custom', 'lang-pkgs', 'license', 'license-file', 'os-pkgs', 'secret'])
  })

  test.each(reports)('%s: every finding is read, at once and piece by piece', async (path) => {
    const raw = rawOf(path)
    const report = await readReport(path)
    expect(report.findings.map(({ id }) => id)).toEqual(idsIn(raw))
    expect(report.targets).toBe(raw.Results?.length ?? 0)
    expect(report.suppressed).toHaveLength(raw.Results?.flatMap((result) => result.ExperimentalModifiedFindings ?? []).length ?? 0)
    for (const { severity, key, target } of report.findings) expect([severity, key, target]).not.toContain('')
    expect(new Set(report.findings.map(({ key }) => key)).size).toBe(report.findings.length)
    expect(await readReport(path, 0)).toEqual(report)
  })

  test('a summary of a cluster is none, and is refused', async () => {
    await expect(readReport(join(directory, 'k8s-summary-ids.json.golden'))).rejects.toMatchObject({ code: 'trivy-report-invalid' })
  })
})

test.each(published)('%s with fields that nobody knows yet: the same findings, and every byte is kept', async (name) => {
  const path = join(await room(), 'strange.json')
  const strange = JSON.stringify(strangeOf(rawOf(join(directory, name))))
  await writeFile(path, strange)
  const report = join(await room(), 'report.json')
  const here = await machine({ report: path })
  const scanned = await here.scans({ report })
  expect(scanned.findings.map(({ id }) => id)).toEqual(idsIn(rawOf(join(directory, name))))
  expect(await readFile(report, 'utf8')).toBe(strange)
})

/** Every object with two more fields, but maps whose keys are names of people's own: another key there is another entry. */
const strangeOf = (value: unknown, name = ''): unknown => {
  if (Array.isArray(value)) return value.map((item) => strangeOf(item))
  if (typeof value !== 'object' || value === null) return value
  const known = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, strangeOf(inner, key)]))
  return ['VendorSeverity', 'CVSS', 'Labels'].includes(name) ? known : { Quantum: { of: [1, { deep: true }] }, ...known, Dark: null }
}
