import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { auditIgnores, ignoreFileFor, readIgnores, type Suppressed } from '@deploy-kit/scan'
import { cleanUp, machine } from './fake-trivy.ts'

let room: string
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'ignores-test-'))
})
afterAll(async () => {
  await rm(room, { recursive: true })
  await cleanUp()
})

const now = Date.parse('2026-11-22T12:00:00Z')
const reads = async (files: Readonly<Record<string, string>>, requireReasons = false) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(room, name), text)
  return readIgnores(Object.keys(files), { workspace: room, requireReasons })
}
const idsFor = (entries: Awaited<ReturnType<typeof reads>>): readonly string[] =>
  (JSON.parse(ignoreFileFor(entries, now)) as { vulnerabilities: { id: string }[] }).vulnerabilities.map(({ id }) => id)

describe('ignore files', () => {
  test('are merged without gluing the last id of one to the first of the next', async () => {
    expect(idsFor(await reads({ a: 'CVE-1\nCVE-3', b: 'CVE-2\n' }))).toEqual(['CVE-1', 'CVE-3', 'CVE-2'])
  })

  test('may be plain and YAML in one scan, each with its reasons and places', async () => {
    const entries = await reads({
      '.trivyignore': '# accepted by the platform team\n# until the rewrite\nCVE-1 exp:2026-12-31\n\nCVE-2 # no shell\nCVE-3',
      'more.yaml': [
        'vulnerabilities:',
        '  - id: CVE-4',
        '    paths: [app/**]',
        '    purls: ["pkg:npm/lodash"]',
        '    expired_at: 2026-12-01',
        '    statement: not reached',
        'secrets:',
        '  - id: github-pat',
      ].join('\n'),
    })
    expect(entries.map(({ id, reason, place, kinds }) => [id, reason, place, kinds.length])).toEqual([
      ['CVE-1', 'accepted by the platform team until the rewrite', '.trivyignore:3', 4],
      ['CVE-2', 'no shell', '.trivyignore:5', 4],
      ['CVE-3', '', '.trivyignore:6', 4],
      ['CVE-4', 'not reached', 'more.yaml vulnerabilities[0]', 1],
      ['github-pat', '', 'more.yaml secrets[0]', 1],
    ])
    expect(JSON.parse(ignoreFileFor(entries, now))).toMatchObject({
      vulnerabilities: [{ id: 'CVE-1' }, { id: 'CVE-2' }, { id: 'CVE-3' }, { id: 'CVE-4', paths: ['app/**'], purls: ['pkg:npm/lodash'] }],
      secrets: [{ id: 'CVE-1' }, { id: 'CVE-2' }, { id: 'CVE-3' }, { id: 'github-pat', statement: '(more.yaml secrets[0])' }],
    })
  })

  test('stop to count at the beginning of the day that they name, in UTC', async () => {
    expect(idsFor(await reads({ a: 'CVE-1 exp:2026-11-23\nCVE-2 exp:2026-11-22\nCVE-3 exp:2020-01-01' }))).toEqual(['CVE-1'])
  })

  test.each([
    [
      'YAML in a file that is not named so',
      { '.trivyignore': 'vulnerabilities:\n  - id: CVE-1\n' },
      '.trivyignore:1',
      'belong into a file whose name ends in .yaml',
    ],
    ['two ids in a line', { a: 'CVE-1 CVE-2' }, 'a:1', '`CVE-2` is neither an id'],
    ['a day that does not exist', { a: '\nCVE-1 exp:2026-13-01' }, 'a:2', 'is not a day'],
    ['a key that nobody knows', { 'a.yaml': 'vulnerabilities:\n  - id: CVE-1\n    path: [x]\n' }, 'a.yaml:3:5', 'unknown key `path`'],
    ['a day in YAML that does not exist', { 'a.yml': 'vulnerabilities:\n  - {id: C, expired_at: soon}\n' }, 'a.yml:2', 'is not a day'],
  ])('with %s are refused', async (_what, files, where, message) => {
    const error: unknown = await reads(files as Readonly<Record<string, string>>).catch((thrown: unknown) => thrown)
    const { code, remedy, message: said, where: place } = error as { code: string; remedy: string; message: string; where: string }
    expect(code).toBe('ignore-file-invalid')
    expect(place).toContain(where)
    expect(`${said} ${remedy}`).toContain(message)
  })

  test('that are not there are an error, not an empty list', async () => {
    await expect(readIgnores(['nowhere'], { workspace: room, requireReasons: false })).rejects.toMatchObject({
      code: 'ignore-file-invalid',
    })
  })

  test('must give reasons where they are required', async () => {
    await expect(reads({ a: 'CVE-1 # fine\nCVE-2' }, true)).rejects.toMatchObject({
      code: 'ignore-reason-missing',
      message: expect.stringContaining('CVE-2 (a:2)'),
    })
    expect(await reads({ a: 'CVE-1 # fine' }, true)).toHaveLength(1)
  })

  test('are told apart: what took something out, what is over, what ends soon, what is in vain', async () => {
    const entries = await reads({ a: 'CVE-1\nCVE-2 exp:2026-12-01\nCVE-3 exp:2026-11-01\nCVE-4' })
    const suppressed = [{ source: 'a:1' }, { source: 'a:2' }] as unknown as readonly Suppressed[]
    const audit = auditIgnores(entries, suppressed, now, 14)
    expect([audit.expired, audit.expiring, audit.unused].map((list) => list.map(({ id }) => id))).toEqual([['CVE-3'], ['CVE-2'], ['CVE-4']])
  })
})

test('a scan hands Trivy one merged file, and traces what was taken out back to its line', async () => {
  const report = join(room, 'report.json')
  const clean = JSON.parse(await readFile('test/fixtures/trivy/image-vulnerabilities.json', 'utf8')) as {
    Results: [{ Vulnerabilities: object[] }]
  }
  const [found] = clean.Results[0].Vulnerabilities
  const modified = { Type: 'vulnerability', Status: 'ignored', Statement: 'no shell (a:1)', Source: '/tmp/ignores.yaml', Finding: found }
  await writeFile(
    report,
    JSON.stringify({ ...clean, Results: [{ ...clean.Results[0], Vulnerabilities: [], ExperimentalModifiedFindings: [modified] }] }),
  )
  const here = await machine({ report })
  await writeFile(join(room, 'a'), 'CVE-2022-3715 # no shell\nCVE-2020-1')
  const scanned = await here.scans({ ignores: { files: ['a'], workspace: room, requireReasons: false, warnDays: 14 } })
  const [{ argv } = { argv: [] }] = await here.scanCalls()
  expect(argv.join(' ')).toMatch(/--ignorefile \S+ignores\.yaml/)
  expect(scanned.suppressed).toMatchObject([{ status: 'ignored', statement: 'no shell', source: 'a:1', finding: { id: 'CVE-2022-3715' } }])
  expect(scanned.ignores.unused).toMatchObject([{ id: 'CVE-2020-1' }])
})
