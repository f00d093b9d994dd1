import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readReport } from '@deploy-kit/scan'

let room: string
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'report-test-'))
})
afterAll(() => rm(room, { recursive: true }))

const file = async (content: string): Promise<string> => {
  const path = join(room, 'report.json')
  await writeFile(path, content)
  return path
}

describe('a report that is too large for the memory', () => {
  test.each(readdirSync('test/fixtures/trivy'))('is read piece by piece, with the same result: %s', async (name) => {
    const path = join('test/fixtures/trivy', name)
    const whole = await readReport(path)
    expect(await readReport(path, 0)).toEqual(whole)
    expect(whole.targets).toBeGreaterThan(0)
  })

  test.each([
    '',
    'null',
    '[]',
    '{"SchemaVersion":1}',
    '{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{}]}]}',
    '{"SchemaVersion":2,"Results":[',
  ])('is as strictly read: %p is none', async (content) => {
    await expect(readReport(await file(content), 0)).rejects.toMatchObject({ code: 'trivy-report-invalid' })
    await expect(readReport(await file(content))).rejects.toMatchObject({ code: 'trivy-report-invalid' })
  })

  test('does not mind characters that are cut in two, nor what nobody knows yet', async () => {
    const titles = '🦊ä'.repeat(300_000)
    const content = JSON.stringify({
      Quantum: { of: [1, 2] },
      SchemaVersion: 2,
      Results: [
        { Target: 'a', Class: 'custom', Dark: [{ Vulnerabilities: [1] }], CustomResources: [{ Type: 'x' }] },
        { Target: 'b', Class: 'os-pkgs', Vulnerabilities: [{ VulnerabilityID: 'CVE-1', PkgName: 'p', Title: titles }] },
      ],
    })
    const { findings, targets } = await readReport(await file(content), 0)
    expect([targets, findings.length, findings[0]?.title === titles]).toEqual([2, 1, true])
  })
})
