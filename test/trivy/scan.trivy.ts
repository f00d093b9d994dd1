import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { systemClock } from '@deploy-kit/core'
import { describeFinding } from '@deploy-kit/scan'
import { secrets, sources } from './fixtures.ts'
import { setStage } from './stage.ts'
import { makeDatabase } from './tools.ts'

const stage = await setStage()
afterAll(() => stage.strike())

const ids = (findings: readonly { readonly id: string }[]): readonly string[] => findings.map(({ id }) => id)
const inImage = ['CVE-2024-5535', 'CVE-2021-23337', 'CVE-2022-3715']

describe('everything that can be scanned', () => {
  test('an image in a layout, in a registry and in an archive: the same findings', async () => {
    const built = await stage.builds()
    const reference = await stage.pushes(built)
    const subjects = [
      { kind: 'layout', directory: built.image, digest: built.digest },
      { kind: 'image', reference },
      { kind: 'archive', file: await stage.saves(built) },
    ] as const
    for (const subject of subjects) {
      const scanned = await stage.scans({ subject })
      expect(ids(scanned.failing)).toEqual(inImage)
      expect(scanned).toMatchObject({ system: { name: 'debian 12.5', endOfLife: false }, counts: { medium: 1, low: 1 } })
    }
  })

  test('a directory: packages, secrets, configuration and licences under one gate', async () => {
    const directory = stage.fresh('sources')
    await sources(directory)
    const scanned = await stage.scans({ subject: { kind: 'filesystem', directory }, scanners: ['vuln', 'secret', 'misconfig', 'license'] })
    const kinds = Map.groupBy(scanned.failing, ({ kind }) => kind)
    expect([...kinds.keys()].toSorted()).toEqual(['misconfiguration', 'secret', 'vulnerability'])
    expect(ids(kinds.get('secret') ?? []).toSorted()).toEqual(['aws-access-key-id', 'github-pat'])
    // The line in the lock file, by way of the list of packages.
    expect(scanned.findings.find(({ id }) => id === 'CVE-2021-23337')).toMatchObject({
      target: 'package-lock.json',
      line: expect.any(Number),
    })
    expect(await stage.scans({ subject: { kind: 'configuration', directory } })).toMatchObject({
      reasonCode: 'misconfigurations-found',
      database: undefined,
    })
  })

  test('but what is skipped', async () => {
    const directory = stage.fresh('sources')
    await sources(directory)
    const scanned = await stage.scans({
      subject: { kind: 'filesystem', directory },
      skip: { directories: ['deploy'], files: ['**/package-lock.json'] },
    })
    expect(ids(scanned.findings)).toEqual(['github-pat'])
    const { image } = await stage.builds()
    const inside = await stage.scans({
      subject: { kind: 'layout', directory: image },
      skip: { directories: ['app/node_modules'], files: [] },
    })
    expect(ids(inside.failing)).toEqual(['CVE-2024-5535', 'CVE-2022-3715'])
  })

  test('licences fail by the same severities', async () => {
    const directory = stage.fresh('licences')
    await mkdir(join(directory, 'node_modules', 'viral'), { recursive: true })
    await writeFile(
      join(directory, 'node_modules', 'viral', 'package.json'),
      JSON.stringify({ name: 'viral', version: '1.0.0', license: 'AGPL-3.0' }),
    )
    await writeFile(
      join(directory, 'package-lock.json'),
      JSON.stringify({
        name: 'a',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: { '': { dependencies: { viral: '1.0.0' } }, 'node_modules/viral': { version: '1.0.0', license: 'AGPL-3.0' } },
      }),
    )
    const scanned = await stage.scans({ subject: { kind: 'filesystem', directory }, scanners: ['license'], failOn: ['critical'] })
    expect(scanned).toMatchObject({
      reasonCode: 'licenses-found',
      failing: [{ kind: 'license', id: expect.stringContaining('AGPL-3.0'), package: 'viral' }],
    })
  })

  test('a bill of materials that an earlier scan wrote', async () => {
    const built = await stage.builds()
    const report = join(stage.workspace, 'bom', 'report.json')
    const { files } = await stage.scans({ subject: { kind: 'layout', directory: built.image }, report, formats: ['cyclonedx', 'spdx'] })
    for (const file of [files.cyclonedx[0], files.spdx[0]]) {
      const scanned = await stage.scans({ subject: { kind: 'sbom', file: file ?? '' } })
      expect(ids(scanned.failing)).toEqual(inImage)
    }
  })

  test('an image of a system that gets no fixes any more says so', async () => {
    const { image } = await stage.builds({ debian: 10 })
    expect(await stage.scans({ subject: { kind: 'layout', directory: image } })).toMatchObject({
      system: { name: 'debian 10.13', endOfLife: true },
    })
  })
})

describe('what is ignored', () => {
  test('by files of both kinds, a VEX document and a policy: suppressed, with reason and place', async () => {
    const { image } = await stage.builds()
    await stage.writes('plain ignores', '# no shell is reachable\nCVE-2022-3715')
    await stage.writes(
      'more.yaml',
      'vulnerabilities:\n  - id: CVE-2021-23337\n    paths: ["app/node_modules/**"]\n    statement: not called\n',
    )
    await stage.writes(
      'openvex.json',
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': 'https://example.com/vex/1',
        author: 'acme',
        timestamp: '2026-11-01T00:00:00Z',
        version: 1,
        statements: [
          {
            vulnerability: { name: 'CVE-2024-5535' },
            products: [{ '@id': 'pkg:deb/debian/libssl3' }],
            status: 'not_affected',
            justification: 'vulnerable_code_not_in_execute_path',
          },
        ],
      }),
    )
    await stage.writes('policy.rego', 'package trivy\n\nimport rego.v1\n\ndefault ignore := false\n\nignore if input.PkgName == "zlib1g"\n')
    const scanned = await stage.scans({
      subject: { kind: 'layout', directory: image },
      ignores: { files: ['plain ignores', 'more.yaml'], workspace: stage.workspace, requireReasons: true, warnDays: 14 },
      vex: [join(stage.workspace, 'openvex.json')],
      policy: join(stage.workspace, 'policy.rego'),
    })
    expect(scanned).toMatchObject({ result: 'pass', ignores: { unused: [], expired: [] } })
    expect(ids(scanned.findings)).toEqual(['CVE-2023-5678'])
    const suppressed = Object.fromEntries(
      scanned.suppressed.map(({ finding, statement, source, status }) => [finding.id, { statement, source, status }]),
    )
    expect(suppressed).toMatchObject({
      'CVE-2022-3715': { statement: 'no shell is reachable', source: 'plain ignores:2', status: 'ignored' },
      'CVE-2021-23337': { statement: 'not called', source: 'more.yaml vulnerabilities[0]', status: 'ignored' },
      'CVE-2024-5535': { status: 'not_affected' },
      'CVE-2023-45853': { source: expect.stringContaining('policy.rego') },
    })
  })

  test('in vain is told, and what is over does not count', async () => {
    const { image } = await stage.builds()
    await stage.writes('old', 'CVE-1999-0001\nCVE-2022-3715 exp:2020-01-01\n')
    const scanned = await stage.scans({
      subject: { kind: 'layout', directory: image },
      ignores: { files: ['old'], workspace: stage.workspace, requireReasons: false, warnDays: 14 },
    })
    expect(ids(scanned.failing)).toEqual(inImage)
    expect([ids(scanned.ignores.unused), ids(scanned.ignores.expired)]).toEqual([['CVE-1999-0001'], ['CVE-2022-3715']])
  })
})

describe('what is new', () => {
  test('by the image fails, under the same database; what was there before is told', async () => {
    const before = await stage.pushes(await stage.builds({ openssl: '3.0.15-1~deb12u1' }))
    const after = await stage.pushes(await stage.builds({ built: '2' }))
    const scanned = await stage.scans({
      subject: { kind: 'image', reference: after },
      baseline: { subject: { kind: 'image', reference: before } },
      onlyNew: true,
    })
    expect(ids(scanned.failing)).toEqual(['CVE-2024-5535'])
    expect(scanned.comparison).toMatchObject({ kind: 'same-database', newByDatabase: [], fixed: [] })
    expect(ids(scanned.comparison?.newByImage ?? []).toSorted()).toEqual(['CVE-2023-5678', 'CVE-2024-5535'])
    const back = await stage.scans({
      subject: { kind: 'image', reference: before },
      baseline: { subject: { kind: 'image', reference: after } },
      onlyNew: true,
    })
    expect(back).toMatchObject({ result: 'pass', knownBefore: 2 })
    expect(back.comparison?.fixed).toHaveLength(2)
  })

  test('by the database does not: the report from then has the package, and did not know', async () => {
    const { image } = await stage.builds()
    const then = stage.fresh('cache-of-then')
    const advisories = JSON.parse(await readFile('test/trivy/advisories.json', 'utf8')) as {
      advisories: Record<string, Record<string, object>>
    }
    delete advisories.advisories['debian 12']?.['openssl']
    await stage.writes('then.json', JSON.stringify(advisories))
    makeDatabase(then, { advisories: join(stage.workspace, 'then.json') })
    const subject = { kind: 'layout', directory: image } as const
    const report = join(stage.workspace, 'then', 'report.json')
    await stage.scans({ subject, cacheDirectory: then, report })
    const scanned = await stage.scans({ subject, baseline: { report }, onlyNew: true })
    expect(scanned).toMatchObject({ result: 'pass', comparison: { kind: 'earlier-report', newByImage: [] } })
    expect(ids(scanned.comparison?.newByDatabase ?? []).toSorted()).toEqual(['CVE-2023-5678', 'CVE-2024-5535'])
  })

  test('is not a rebuild: the keys stay, though Trivy gives its own fingerprints anew', async () => {
    const subjects = [await stage.builds({ built: '1' }), await stage.builds({ built: '2' })].map(({ image }) => ({
      kind: 'layout' as const,
      directory: image,
    }))
    const reports: string[] = []
    const prints: string[][] = []
    const keys: string[][] = []
    for (const [index, subject] of subjects.entries()) {
      const scanned = await stage.scans({ subject, report: join(stage.workspace, 'rebuild', `${index}.json`), formats: ['sarif'] })
      reports.push(await readFile(scanned.files.json[0] ?? '', 'utf8'))
      keys.push(scanned.findings.map(({ key }) => key))
      prints.push(
        [...(await readFile(scanned.files.sarif ?? '', 'utf8')).matchAll(/"primaryLocationLineHash":"([^"]+)"/g)].map(
          ([, hash = '']) => hash,
        ),
      )
    }
    const own = reports.map((text) => [...text.matchAll(/"Fingerprint": "([^"]+)"/g)].map(([, print]) => print))
    expect(own[0]).toHaveLength(5)
    expect(own[0]).not.toEqual(own[1])
    expect(keys[0]).toEqual(keys[1])
    expect(prints[0]).toEqual(prints[1])
  })
})

describe('advice and places', () => {
  test('what came with which line of the Dockerfile, and what clears most', async () => {
    const { image, context } = await stage.builds()
    const scanned = await stage.scans({
      subject: { kind: 'layout', directory: image },
      dockerfile: { path: join(context, 'Dockerfile'), name: 'shop/Dockerfile' },
      report: join(stage.workspace, 'places', 'report.json'),
      formats: ['sarif'],
    })
    const sarif = JSON.parse(await readFile(scanned.files.sarif ?? '', 'utf8')) as {
      runs: [
        {
          results: {
            ruleId: string
            locations: [{ physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }]
          }[]
        },
      ]
    }
    const places = sarif.runs[0].results.map(({ ruleId, locations: [{ physicalLocation }] }) => [
      ruleId,
      physicalLocation.artifactLocation.uri,
      physicalLocation.region.startLine,
    ])
    expect(places).toContainEqual(['CVE-2024-5535', 'shop/Dockerfile', 2])
    expect(places).toContainEqual(['CVE-2021-23337', 'shop/Dockerfile', 5])
    expect(scanned.advice).toMatchObject([
      { kind: 'package', what: 'libssl3', to: '3.0.15-1~deb12u1', clears: 1 },
      { kind: 'package', what: 'lodash (app/node_modules/lodash/package.json)', to: '4.17.21', clears: 1 },
    ])
  })

  test('what another base image would clear is found out by a scan of it', async () => {
    const { image } = await stage.builds()
    const better = await stage.builds({ openssl: '3.0.15-1~deb12u1' })
    const scanned = await stage.scans({
      subject: { kind: 'layout', directory: image },
      baseCandidates: [{ kind: 'image', reference: await stage.pushes(better) }],
    })
    expect(scanned.advice[0]).toMatchObject({
      kind: 'base-image',
      from: 'debian 12.5',
      to: expect.stringContaining(better.digest),
      clears: 1,
    })
  })
})

describe('the action', () => {
  test('writes everything from one scan, and no secret anywhere', async () => {
    const directory = join(stage.workspace, 'sources')
    await sources(directory)
    const { exitCode, outputs, summary, said, failures } = await stage.runs({
      image: 'sources',
      scanners: 'vuln, secret, misconfig',
      formats: 'sarif, markdown, table, cyclonedx, spdx, predicate',
      report: 'out dir/report.json',
    })
    expect([exitCode, outputs['verdict'], outputs['reason-code']]).toEqual([1, 'fail', 'vulnerabilities-found'])
    expect(JSON.parse(outputs['counts'] ?? '{}')).toMatchObject({ critical: expect.any(Number) })
    const written = await readdir(join(stage.workspace, 'out dir'))
    expect(written.toSorted()).toEqual(
      ['report.cdx.json', 'report.json', 'report.md', 'report.predicate.json', 'report.sarif', 'report.spdx.json', 'report.txt'].toSorted(),
    )
    const texts = await Promise.all(written.map((name) => stage.reads(join('out dir', name))))
    for (const text of [...texts, summary, ...said, ...failures, JSON.stringify(outputs)])
      for (const secret of secrets) expect(text).not.toContain(secret)
    expect(await readdir(stage.temporary)).toEqual([])
  })

  test('passes a digest on to its release with a record that says so', async () => {
    const built = await stage.builds({ openssl: '3.0.15-1~deb12u1', lodash: '4.17.21', packages: { bash: '1' } })
    const { exitCode, outputs } = await stage.runs({
      image: built.image,
      digest: built.digest,
      'fail-on': 'critical',
      formats: 'predicate',
    })
    expect(exitCode).toBe(0)
    const { requireScan, scanRecordOf } = await import('@deploy-kit/scan/predicate')
    const record = scanRecordOf(JSON.parse(await readFile(outputs['predicate'] ?? '', 'utf8')), 'record')
    expect(record.predicate.scanner.version).toBe(outputs['trivy-version'])
    const asked = { digest: built.digest, maxAgeMs: 60_000, source: 'record' }
    requireScan(record, asked, systemClock)
    expect(() => requireScan(record, { ...asked, digest: `sha256:${'0'.repeat(64)}` }, systemClock)).toThrow(
      expect.objectContaining({ code: 'scan-of-another-digest' }),
    )
  })

  test('describes findings of the real thing', async () => {
    const { image } = await stage.builds()
    const { failing } = await stage.scans({ subject: { kind: 'layout', directory: image } })
    expect(failing.map(describeFinding)).toEqual([
      'critical CVE-2024-5535 in libssl3 3.0.11-1~deb12u2 (fixed in 3.0.15-1~deb12u1)',
      'high CVE-2021-23337 in lodash 4.17.20 (fixed in 4.17.21)',
      'high CVE-2022-3715 in bash 5.2.15-2+b2 (no fix yet)',
    ])
  })
})
