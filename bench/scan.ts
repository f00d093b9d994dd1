// What a scan costs beside Trivy: gate, SARIF and summary of 5,000 findings; a report of more than 200 MB in a process that has 2 GiB; and five outputs of one
// run against five runs of the real Trivy, where there is one.
//   npm run bench:scan [-- <rounds>]
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock, table } from '@deploy-kit/core'
import { build } from '@deploy-kit/image'
import { defaultGate, gate, readReport, sarifOf, scan } from '@deploy-kit/scan'
import { imageContext } from '../test/trivy/fixtures.ts'
import { figure, median } from './kit/figures.ts'
import { machine } from './kit/machine.ts'
import { writeReport } from './scan/large-report.ts'

const rounds = Number(process.argv[2] ?? 7)
const room = await mkdtemp(join(tmpdir(), 'deploy-kit-bench-scan-'))

const timed = async <T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly value: T }> => {
  const began = performance.now()
  const value = await work()
  return { ms: performance.now() - began, value }
}

console.log(machine())

const report = join(room, 'report.json')
const bytes = await writeReport(report, 5_000, 700)
const steps: Record<string, number[]> = { 'JSON.parse of the file': [], 'read and checked': [], gate: [], SARIF: [], 'all of it': [] }
for (let round = 0; round < rounds; round += 1) {
  const parsed = await timed(async () => JSON.parse(await readFile(report, 'utf8')) as unknown)
  const read = await timed(() => readReport(report))
  const gated = await timed(() => gate(read.value.findings, defaultGate))
  const run = { category: 'shop', trivyVersion: '0.73.0', findings: read.value.findings, suppressed: [], artifact: 'shop' }
  const sarif = await timed(() => JSON.stringify(sarifOf([run])))
  for (const [name, ms] of Object.entries({
    'JSON.parse of the file': parsed.ms,
    'read and checked': read.ms,
    gate: gated.ms,
    SARIF: sarif.ms,
    'all of it': read.ms + gated.ms + sarif.ms,
  }))
    steps[name]?.push(ms)
}
console.log(`\n5,000 findings, ${(bytes / 1e6).toFixed(1)} MB, ${rounds} rounds in turns, medians\n`)
const reference = median(steps['JSON.parse of the file'] ?? [])
console.log(
  table(
    ['', 'ms', 'ratio'],
    Object.entries(steps).map(([name, ms]) => [name, figure(median(ms)), figure(median(ms) / reference)]),
  ),
)

/** A process of its own with a limited heap. */
const wholeScan = async (findings: number, packages: number, heapMb: number): Promise<readonly string[]> => {
  const directory = join(room, `whole-${findings}`)
  await mkdir(directory)
  const file = join(directory, 'report.json')
  const size = await writeReport(file, findings, packages)
  const argv = ['--conditions=source', `--max-old-space-size=${heapMb}`, join(import.meta.dirname, 'scan/whole-scan.ts'), file, directory]
  const line = execFileSync(process.execPath, argv, { encoding: 'utf8' })
  const { ms, maximumBytes, failing } = JSON.parse(line) as { ms: number; maximumBytes: number; failing: number }
  return [`${Math.round(size / 1e6)} MB`, String(findings), String(failing), figure(ms), `${Math.round(maximumBytes / 1e6)} MB`]
}
console.log('\nA whole scan with comparison, SARIF, Markdown and predicate in a process of its own, Trivy replaced by a copy\n')
console.log(
  table(
    ['report', 'findings', 'failing', 'ms', 'memory at most'],
    [await wholeScan(5_000, 700, 2_048), await wholeScan(52_000, 26_000, 2_048)],
  ),
)

/** The real Trivy on an image with 1,000 packages and 20 MB of text, in which it looks for secrets too. */
const realTrivy = async (): Promise<void> => {
  const { makeDatabase, trivy } = await import('../test/trivy/tools.ts')
  const cache = join(room, 'cache')
  makeDatabase(cache)
  const context = join(room, 'context')
  const image = join(room, 'image')
  const files = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [
      `node_modules/p${index}/package.json`,
      JSON.stringify({ name: `p${index}`, version: '1.0.0', license: 'MIT' }),
    ]),
  )
  const text = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`data/${index}.txt`, `line of a text ${index}\n`.repeat(5_000)]),
  )
  await imageContext(context, { files: { ...files, ...text } })
  const { signal } = new AbortController()
  await build(
    { context, tags: ['shop:v1'], sourceDateEpoch: 0, engine: 'oci', destination: { kind: 'layout', directory: image } },
    { log: silentLogger, signal },
  )
  const five = ['json', 'sarif', 'table', 'cyclonedx', 'spdx-json']
  const times: { readonly one: number; readonly five: number }[] = []
  for (let round = 0; round < Math.max(3, Math.round(rounds / 2)); round += 1) {
    const runs = await timed(() => {
      for (const format of five)
        execFileSync(
          trivy,
          [
            'image',
            '--input',
            image,
            '--format',
            format,
            '--output',
            join(room, `trivy.${format}`),
            '--scanners',
            'vuln,secret',
            '--cache-backend',
            'memory',
            '--skip-db-update',
            '--skip-java-db-update',
            '--offline-scan',
            '--skip-version-check',
            '--disable-telemetry',
            '--quiet',
          ],
          { env: { ...process.env, TRIVY_CACHE_DIR: cache }, stdio: 'ignore' },
        )
    })
    const once = await timed(() =>
      scan(
        {
          subject: { kind: 'layout', directory: image },
          ...defaultGate,
          trivy,
          cacheDirectory: cache,
          timeoutMs: 120_000,
          offline: true,
          report: join(room, 'one', 'report.json'),
          formats: ['sarif', 'table', 'cyclonedx', 'spdx'],
        },
        { clock: systemClock, signal, environment: process.env, temporaryDirectory: room },
      ),
    )
    times.push({ five: runs.ms, one: once.ms })
  }
  console.log('\nJSON, SARIF, table, CycloneDX and SPDX of one image by the real Trivy, medians\n')
  console.log(
    table(
      ['', 'ms', 'ratio'],
      [
        ['five runs of trivy', figure(median(times.map(({ five: ms }) => ms))), '1'],
        [
          'one scan, with gate',
          figure(median(times.map(({ one }) => one))),
          figure(median(times.map(({ one, five: runs }) => one / runs))),
        ],
      ],
    ),
  )
}
await realTrivy().catch((error: unknown) =>
  console.log(`\nwithout the real Trivy: ${error instanceof Error ? error.message : String(error)}`),
)
await rm(room, { recursive: true })
