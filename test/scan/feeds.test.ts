import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { gate, parseReport, withThreats } from '@deploy-kit/scan'

let room: string
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'feeds-test-'))
})
afterAll(() => rm(room, { recursive: true }))

const { findings } = parseReport(readFileSync('test/fixtures/trivy/image-vulnerabilities.json', 'utf8'))
const file = async (name: string, content: string | Buffer): Promise<string> => {
  await writeFile(join(room, name), content)
  return join(room, name)
}
const kev = JSON.stringify({
  title: 'CISA Catalog of Known Exploited Vulnerabilities',
  catalogVersion: '2026.11.20',
  dateReleased: '2026-11-20T15:00:00.0000Z',
  count: 1,
  vulnerabilities: [{ cveID: 'CVE-2023-45853', vendorProject: 'x', product: 'y', knownRansomwareCampaignUse: 'Unknown' }],
})
const scores =
  '#model_version:v2026.03.14,score_date:2026-11-21T12:00:00Z\ncve,epss,percentile\nCVE-1999-0001,0.01,0.7\nCVE-2023-5678,0.61,0.98\nCVE-2024-5535,0.004,0.3\n'

describe('feeds', () => {
  test('make terms of the gate that a severity cannot: exploited, or likely to be', async () => {
    const { findings: known, dates } = await withThreats(findings, {
      exploited: await file('kev.json', kev),
      epss: await file('epss.csv', scores),
    })
    expect(dates).toEqual({ exploited: '2026-11-20T15:00:00.0000Z', epss: '2026-11-21T12:00:00Z' })
    const failing = (options: Partial<Parameters<typeof gate>[1]>) =>
      gate(known, { failOn: [], ignoreUnfixed: false, ...options }).failing.map(({ id }) => id)
    expect(failing({})).toEqual([])
    // Low, and no update helps: it is exploited all the same.
    expect(failing({ failOnExploited: true, ignoreUnfixed: true })).toEqual(['CVE-2023-45853'])
    expect(failing({ failOnEpss: 0.5 })).toEqual(['CVE-2023-5678'])
    expect(failing({ failOnEpss: 0.62 })).toEqual([])
    expect(failing({ failOn: ['critical'], failOnExploited: true })).toEqual(['CVE-2023-45853', 'CVE-2024-5535'])
  })

  test('may be gzipped, and long: only what is asked for is kept', async () => {
    const many = `${scores}${Array.from({ length: 250_000 }, (_, index) => `CVE-2020-${index},0.5,0.5\r\n`).join('')}`
    const { findings: known } = await withThreats(findings, { epss: await file('epss.csv.gz', gzipSync(many)) })
    expect(known.filter((finding) => finding.kind === 'vulnerability' && finding.epss !== undefined)).toHaveLength(2)
  })

  test.each([
    ['exploited', 'kev-broken.json', '{"dateReleased":"x"}'],
    ['exploited', 'kev-no.json', 'not json'],
    ['epss', 'page.csv', '<html>\n<body>\n'],
    ['epss', 'wrong.csv', 'cve,epss\nCVE-2024-5535,high\n'],
    ['epss', 'broken.csv.gz', 'not gzipped'],
    ['epss', 'empty.csv', ''],
  ] as const)('that are no feeds are an error, never an empty one: %s %s', async (kind, name, content) => {
    const path = await file(name, content)
    await expect(withThreats(findings, { [kind]: path })).rejects.toMatchObject({
      code: 'feed-invalid',
      message: expect.stringContaining(name),
    })
    await expect(withThreats(findings, { [kind]: join(room, 'nowhere') })).rejects.toMatchObject({ code: 'feed-invalid' })
  })
})
