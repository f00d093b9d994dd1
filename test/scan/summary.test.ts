import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { advise, defaultGate, gate, parseReport, scanSummary, type Finding, type Scanned } from '@deploy-kit/scan'

const hour = 3_600_000

const scanned = (report: string, more: Partial<Scanned> = {}): Scanned => {
  const { findings, targets, system } = parseReport(readFileSync(`test/fixtures/trivy/${report}.json`, 'utf8'))
  const gated = gate(findings, defaultGate)
  return {
    ...gated,
    reasonCode: 'ok',
    subject: 'shop@sha256:1',
    digest: undefined,
    digests: [],
    platforms: [],
    findings,
    suppressed: [],
    targets,
    system,
    trivy: { program: '/bin/trivy', version: '0.73.0', installed: false },
    database: { updatedAt: 0, nextUpdate: 0, ageMs: 3 * hour, outdated: false, source: 'ghcr.io/aquasecurity/trivy-db:2' },
    feeds: {},
    comparison: undefined,
    ignores: { expired: [], expiring: [], unused: [] },
    advice: advise(gated.failing, { name: 'debian:12.5' }),
    places: undefined,
    startedAt: 0,
    endedAt: 1,
    files: { json: [], table: [], cyclonedx: [], spdx: [] },
    ...more,
  }
}

const finding = (more: Partial<Extract<Finding, { kind: 'vulnerability' }>> = {}): Finding => ({
  kind: 'vulnerability',
  id: 'CVE-1',
  key: 'CVE-1',
  severity: 'critical',
  title: 'a hole',
  target: 't',
  package: 'p',
  installed: '1',
  status: 'affected',
  class: 'os-pkgs',
  ...more,
})

describe('the summary', () => {
  test('shows verdict, counts, age and source of the database, the worst findings and what helps most', () => {
    const text = scanSummary(scanned('image-vulnerabilities'))
    expect(text).toContain('### Scan failed: 3 findings')
    expect(text).toContain('database 3 h old from ghcr.io/aquasecurity/trivy-db:2')
    expect(text).toContain(
      '|  | critical | high | medium | low | unknown |\n| --- | --- | --- | --- | --- | --- |\n| found | 1 | 2 | 1 | 1 | 0 |',
    )
    expect(text.indexOf('CVE-2024-5535')).toBeLessThan(text.indexOf('CVE-2022-3715'))
    expect(text).toContain('- take a newer base image than debian:12.5: clears up to 1')
    expect(text).toContain('Other findings: 2')
  })

  test('warns where a pass says little', () => {
    expect(scanSummary(scanned('image-end-of-life'))).toContain('**debian 10.13 gets no more security fixes from its distribution.**')
    expect(scanSummary(scanned('clean', { targets: 0 }))).toContain('this pass says little')
    const database = { updatedAt: 0, nextUpdate: 0, ageMs: 9e9, outdated: true, source: 'cache' }
    expect(scanSummary(scanned('clean', { database }))).toContain('a newer one was due**')
    expect(scanSummary(scanned('clean', { database: undefined }))).toContain('no vulnerability database')
  })

  test('says what is new, by what, what is fixed, and what somebody chose to ignore', () => {
    const entry = { kinds: ['vulnerability'], id: 'CVE-9', paths: [], purls: [], reason: 'r', place: '.trivyignore:4' } as const
    const text = scanSummary(
      scanned('clean', {
        result: 'fail',
        failing: [finding()],
        findings: [finding()],
        knownBefore: 2,
        comparison: {
          baseline: `ghcr.io/acme/shop@sha256:${'a'.repeat(64)}`,
          kind: 'same-database',
          newByImage: [finding()],
          newByDatabase: [finding({ key: '2' })],
          known: [],
          fixed: [finding({ key: '3', severity: 'low' }), finding({ key: '4', severity: 'low' })],
        },
        suppressed: [
          { finding: finding({ id: 'CVE-7' }), status: 'ignored', statement: 'no shell in the image', source: '.trivyignore:2' },
        ],
        ignores: {
          expired: [{ ...entry, expiresAt: Date.parse('2026-11-01') }],
          expiring: [{ ...entry, expiresAt: Date.parse('2026-12-01') }],
          unused: [{ ...entry, expiresAt: undefined }],
        },
      }),
    )
    expect(text).toContain('### Scan failed: 1 finding (1 new since ghcr.io/acme/shop&#64;&#8203;sha256:aaaaaaaaaaaa)')
    expect(text).toContain('| fixed | 0 | 0 | 0 | 2 | 0 |')
    expect(text).toContain('2 more would fail, but are not new (`only-new`).')
    expect(text).toContain('New in the database, not in the image: 1')
    expect(text).toContain('no shell in the image (.trivyignore:2)')
    expect(text).toContain('**expired** 2026-11-01')
    expect(text).toContain('expires 2026-12-01')
    expect(text).toContain('ignores nothing')
  })

  test('names what is known to be exploited', () => {
    const text = scanSummary(
      scanned('clean', {
        result: 'fail',
        failing: [finding({ exploited: true, epss: 0.971 })],
        feeds: { exploited: '2026-11-20T10:00:00Z' },
      }),
    )
    expect(text).toContain('known to be exploited, EPSS 97.1 %')
    expect(text).toContain('exploited weaknesses as of 2026-11-20T10:00:00Z')
  })

  test('takes no markup from a report, and no more than a reader does', () => {
    const evil = finding({ id: '<img src=x>', title: '[click](https://evil) @everyone | x' })
    const text = scanSummary(scanned('clean', { result: 'fail', failing: Array.from({ length: 12 }, () => evil) }))
    expect(text).not.toMatch(/<img|\]\(https|@everyone/)
    expect(text).toContain('and 2 more')
  })
})
