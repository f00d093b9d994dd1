import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { dockerfilePlaces, parseReport, sarifOf, type Finding, type SarifRun } from '@deploy-kit/scan'

interface Sarif {
  readonly version: string
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly Rule[] } }
    readonly automationDetails: { readonly id: string }
    readonly results: readonly Result[]
    readonly properties?: { readonly omitted?: number }
  }[]
}
interface Rule {
  readonly id: string
  readonly help: { readonly text: string; readonly markdown: string }
  readonly properties: { readonly 'security-severity': string; readonly tags: readonly string[] }
}
interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly partialFingerprints: Readonly<Record<string, string>>
  readonly suppressions?: readonly { readonly kind: string; readonly justification: string }[]
  readonly locations: readonly [
    { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: { readonly startLine: number } } },
  ]
}

const sample = (name: string) => parseReport(readFileSync(`test/fixtures/trivy/${name}.json`, 'utf8'))
const made = (run: Partial<SarifRun>): Sarif['runs'][number] => {
  const sarif = sarifOf([
    { category: 'deploy-kit/scan/acme/shop', trivyVersion: '0.73.0', findings: [], suppressed: [], artifact: 'acme/shop', ...run },
  ]) as Sarif
  const [first] = sarif.runs
  if (first === undefined || sarif.version !== '2.1.0') throw new Error('no SARIF 2.1.0')
  return first
}
const prints = (run: Sarif['runs'][number]) => run.results.map(({ partialFingerprints }) => partialFingerprints['primaryLocationLineHash'])
/** What a rebuild with another name and newer versions makes of a finding. */
const again = (finding: Finding): Finding => ({ ...finding, target: 'shop:v9 (debian 12.9)', layer: 'sha256:other' })
const placeOf = ({ locations: [{ physicalLocation }] }: Result) => [
  physicalLocation.artifactLocation.uri,
  physicalLocation.region.startLine,
]

describe('SARIF', () => {
  test('has a result for each finding, a rule for each id, and a category that stays', () => {
    const { results, tool, automationDetails } = made({ findings: sample('image-vulnerabilities').findings })
    expect(automationDetails.id).toBe('deploy-kit/scan/acme/shop/')
    expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['CVE-2024-5535', 'error'],
      ['CVE-2021-23337', 'error'],
      ['CVE-2022-3715', 'error'],
      ['CVE-2023-5678', 'warning'],
      ['CVE-2023-45853', 'note'],
    ])
    for (const result of results) expect(tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId)
  })

  test("says by GitHub's number what the distribution says, not what others do", () => {
    const { tool } = made({ findings: sample('image-vulnerabilities').findings })
    const severity = Object.fromEntries(tool.driver.rules.map(({ id, properties }) => [id, properties['security-severity']]))
    // zlib1g: the NVD calls it critical, Debian low.
    expect(severity).toMatchObject({
      'CVE-2024-5535': '9.1',
      'CVE-2023-45853': expect.stringMatching(/^[0-3]\.\d$/),
      'CVE-2023-5678': '5.3',
    })
  })

  test('has a fingerprint that a rebuild does not change, and two packages do not share', () => {
    const { findings } = sample('image-vulnerabilities')
    const rebuilt = findings.map(again)
    expect(prints(made({ findings: rebuilt }))).toEqual(prints(made({ findings })))
    const all = prints(made({ findings: [...findings, ...sample('fs-secrets').findings, ...sample('fs-misconfigurations').findings] }))
    expect(new Set(all).size).toBe(all.length)
  })

  test('helps with every package that a weakness is in, not only the last', () => {
    const found = sample('image-vulnerabilities').findings[1] as Finding & { kind: 'vulnerability' }
    const findings = [found, { ...found, package: 'libcrypto3', key: 'libcrypto3' }]
    const { tool, results } = made({ findings })
    expect(tool.driver.rules).toHaveLength(1)
    expect(results.map(({ message }) => message.text.split(' ')[0])).toEqual(expect.arrayContaining(['libcrypto3', 'libssl3']))
    for (const name of ['libssl3', 'libcrypto3']) expect(tool.driver.rules[0]?.help.markdown).toContain(`| ${name} |`)
  })

  test('shows what is in an image in the Dockerfile, and files in themselves', () => {
    const { findings } = sample('image-vulnerabilities')
    const layer = findings[0]?.layer ?? ''
    const dockerfile = dockerfilePlaces('FROM debian:12\nCOPY rootfs /\n', 'shop/Dockerfile', [
      { diffId: layer, createdBy: 'COPY rootfs / # buildkit' },
    ])
    expect(made({ findings, dockerfile }).results.map(placeOf)).toEqual(findings.map(() => ['shop/Dockerfile', 2]))
    expect(placeOf(made({ findings }).results[0] as Result)).toEqual(['acme/shop', 1])
    expect(made({ findings: sample('fs-secrets').findings }).results.map(placeOf)).toEqual([
      ['config.env', 1],
      ['config.env', 2],
      ['token.txt', 1],
    ])
    expect(made({ findings: sample('fs-misconfigurations').findings, dockerfile }).results.map(placeOf)).toContainEqual(['Dockerfile', 1])
  })

  test('lists what was ignored as suppressed, with its reason', () => {
    const [finding] = sample('image-vulnerabilities').findings as [Finding]
    const { results } = made({ suppressed: [{ finding, status: 'ignored', statement: 'no shell', source: '.trivyignore:1' }] })
    expect(results[0]?.suppressions).toEqual([{ kind: 'external', status: 'accepted', justification: 'no shell (.trivyignore:1)' }])
  })

  test('holds no secret', () => {
    expect(JSON.stringify(made({ findings: sample('fs-secrets').findings }))).not.toMatch(/\*\*\*|AWS_ACCESS_KEY_ID=/)
  })

  test('stays within what GitHub takes, and says what it left out: the mildest', () => {
    const [found] = sample('image-vulnerabilities').findings as [Finding]
    const findings = Array.from({ length: 25_010 }, (_, index): Finding => ({
      ...found,
      key: `${index}`,
      id: `CVE-${index}`,
      severity: index < 10 ? 'low' : 'high',
    }))
    const run = made({ findings, properties: {} })
    expect([run.results.length, run.properties?.omitted, run.results.some(({ level }) => level === 'note')]).toEqual([25_000, 10, false])
  })
})
