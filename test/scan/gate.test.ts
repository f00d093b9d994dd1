import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { defaultGate, describeFinding, gate, parseReport, type Finding } from '@deploy-kit/scan'

const sample = (name: string) => parseReport(readFileSync(`test/fixtures/trivy/${name}.json`, 'utf8'))

describe("Trivy's reports", () => {
  test('of an image: packages of its system and of its languages', () => {
    const { findings, targets, system } = sample('image-vulnerabilities')
    expect(findings.map(describeFinding)).toEqual([
      'high CVE-2022-3715 in bash 5.2.15-2+b2 (no fix yet)',
      'critical CVE-2024-5535 in libssl3 3.0.11-1~deb12u2 (fixed in 3.0.15-1~deb12u1)',
      'medium CVE-2023-5678 in libssl3 3.0.11-1~deb12u2 (fixed in 3.0.13-1~deb12u1)',
      expect.stringMatching(/^low CVE-2023-45853 in zlib1g \S+ \(no fix yet\)/),
      'high CVE-2021-23337 in lodash 4.17.20 (fixed in 4.17.21)',
    ])
    expect([targets, system]).toEqual([2, { name: 'debian 12.5', endOfLife: false }])
  })

  test('of secrets never bring the secret along', () => {
    const { findings } = sample('fs-secrets')
    expect(findings.map(({ kind, id, target, severity }) => [kind, id, target, severity])).toEqual([
      ['secret', 'aws-access-key-id', 'config.env:1', 'critical'],
      ['secret', 'aws-secret-access-key', 'config.env:2', 'critical'],
      ['secret', 'github-pat', 'token.txt:1', 'critical'],
    ])
    expect(JSON.stringify(findings)).not.toContain('***')
  })

  test('of configuration, of a system past its end, of something clean', () => {
    expect(sample('fs-misconfigurations').findings.map(({ id }) => id)).toHaveLength(5)
    expect(sample('image-end-of-life').system).toEqual({ name: 'debian 10.13', endOfLife: true })
    expect(sample('clean')).toMatchObject({ findings: [], targets: 1, system: undefined })
  })

  test('of licences: those of packages and of files, and of what was suppressed', () => {
    expect(sample('fs-licenses').findings.map(({ id, target, severity }) => [id, target, severity])).toEqual([
      ['AGPL-3.0-only', 'package-lock.json', 'critical'],
      ['MIT', 'LICENSE', 'low'],
    ])
    expect(sample('image-suppressed').suppressed).toMatchObject([
      {
        status: 'ignored',
        statement: 'no shell (.trivyignore:1)',
        source: 'ignores.yaml',
        finding: { id: 'CVE-2022-3715', package: 'bash' },
      },
    ])
  })

  test.each(['os-pkgs', 'lang-pkgs', 'config', 'secret', 'license', 'license-file', 'custom', 'unknown', 'one of next year'])(
    'may be of any class there is: %s',
    (name) => {
      const { findings, targets } = parseReport(
        JSON.stringify({
          SchemaVersion: 2,
          Results: [
            {
              Target: 'x',
              Class: name,
              Type: 'y',
              CustomResources: [{ Type: 'z', FilePath: 'f', Layer: {}, Data: { any: ['thing'] } }],
              MisconfSummary: { Successes: 1, Failures: 0 },
              Packages: [{ Name: 'p', Version: '1', Extra: { deep: 1 } }],
              Vulnerabilities: [{ VulnerabilityID: 'CVE-1', PkgName: 'p', Severity: 'LOW', Custom: { score: 3 } }],
            },
          ],
        }),
      )
      expect([targets, findings.length]).toEqual([1, 1])
    },
  )

  test('may lack everything that is empty, and have what nobody knows yet', () => {
    expect(parseReport('{"SchemaVersion":2}')).toMatchObject({ findings: [], targets: 0, system: undefined })
    const { findings } = parseReport(
      JSON.stringify({
        SchemaVersion: 2,
        Quantum: true,
        Results: [
          { Target: 'a', Class: 'license', Licenses: [{ Severity: 'HIGH', Name: 'AGPL-3.0', PkgName: 'x', FilePath: '' }] },
          { Target: 'b', Vulnerabilities: null, Class: 'new' },
          { Target: 'c', Vulnerabilities: [{ VulnerabilityID: 'CVE-1', PkgName: 'p', Severity: 'DREADFUL', Fields: [] }] },
          {
            Target: 'd',
            Misconfigurations: [
              { ID: 'X', Status: 'PASS' },
              { ID: 'Y', Status: 'EXCEPTION' },
            ],
          },
        ],
      }),
    )
    expect(findings).toMatchObject([
      { kind: 'license', id: 'AGPL-3.0', severity: 'high', title: 'Licence AGPL-3.0', target: 'a', package: 'x' },
      { kind: 'vulnerability', id: 'CVE-1', severity: 'unknown', title: '', target: 'c', package: 'p', installed: '', status: 'affected' },
    ])
    expect(findings).toHaveLength(2)
  })

  test.each(['', 'null', '[]', '{"SchemaVersion":1}', '{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{}]}]}'])('%p is none', (text) => {
    expect(() => parseReport(text)).toThrow(expect.objectContaining({ code: 'trivy-report-invalid' }))
  })
})

const found = (severity: Finding['severity'], status: string, id: string): Finding => ({
  kind: 'vulnerability',
  id,
  severity,
  status,
  title: '',
  target: 't',
  key: id,
  class: 'os-pkgs',
  package: 'p',
  installed: '1',
})

describe('the gate', () => {
  const findings = sample('image-vulnerabilities').findings

  test('counts everything and fails on what it is told to', () => {
    expect(gate(findings, defaultGate)).toMatchObject({
      result: 'fail',
      counts: { unknown: 0, low: 1, medium: 1, high: 2, critical: 1 },
      failing: [{ id: 'CVE-2024-5535' }, { id: 'CVE-2021-23337' }, { id: 'CVE-2022-3715' }],
      letThrough: 0,
    })
    expect(gate(findings, { failOn: ['unknown'], ignoreUnfixed: false }).result).toBe('pass')
    expect(gate(findings, { failOn: [], ignoreUnfixed: false })).toMatchObject({ result: 'pass', failing: [], counts: { critical: 1 } })
  })

  test('may let through what nobody has fixed, and says how much that is', () => {
    expect(gate(findings, { failOn: ['high'], ignoreUnfixed: true })).toMatchObject({ failing: [{ id: 'CVE-2021-23337' }], letThrough: 1 })
    const unfixed = ['affected', 'will_not_fix', 'fix_deferred', 'end_of_life'].map((status) => found('critical', status, status))
    expect(gate(unfixed, { failOn: ['critical'], ignoreUnfixed: true })).toMatchObject({ result: 'pass', letThrough: 4 })
    const unclear = ['fixed', 'under_investigation', 'unknown'].map((status) => found('critical', status, status))
    expect(gate(unclear, { failOn: ['critical'], ignoreUnfixed: true })).toMatchObject({ result: 'fail', letThrough: 0 })
  })

  test('lets no secret through for want of a fix', () => {
    expect(gate(sample('fs-secrets').findings, { failOn: ['critical'], ignoreUnfixed: true }).failing).toHaveLength(3)
  })
})
