import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { bundleCopy } from './stage/bundle.ts'

// The actions run on Node 24. The command line runs on whatever Node its user has, from 20.18 on.

const { dist } = bundleCopy()
const room = mkdtempSync(join(tmpdir(), 'own-node-'))
afterAll(() => rmSync(room, { recursive: true }))

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}
const preload = (file: string): readonly string[] => ['--import', pathToFileURL(file).href]
const run = (node: string, before: readonly string[], argv: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, HOME: room, RUNNER_TEMP: join(room, 'temp') }
    execFile(node, [...before, join(dist, 'cli/index.js'), ...argv], { cwd: room, env }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })

/** A base that is a layout, and an image on it that takes files out of it; a trivy that reports weaknesses. */
beforeAll(async () => {
  mkdirSync(join(room, 'app'))
  writeFileSync(join(room, 'Dockerfile.base'), 'FROM scratch\nCOPY app /app\n')
  writeFileSync(join(room, 'app/a.txt'), 'a')
  writeFileSync(join(room, 'Dockerfile'), 'FROM ./base AS base\nFROM scratch\nCOPY --from=base /app/a.txt /a.txt\n')
  const program = join(room, 'trivy')
  copyFileSync('test/fakes/trivy.cjs', program)
  chmodSync(program, 0o755)
  const scenario = {
    version: '0.73.0',
    report: resolve('test/fixtures/trivy/image-vulnerabilities.json'),
    mirrors: { 'mirror.gcr.io/aquasec/trivy-db:2': {} },
    updatedAt: new Date(Date.now() - 3_600_000).toISOString(),
    nextUpdate: new Date(Date.now() + 3_600_000).toISOString(),
  }
  writeFileSync(join(room, 'scenario.json'), JSON.stringify(scenario))
  const base = ['build', '--engine', 'oci', '--file', 'Dockerfile.base', '--output', 'base', '--images', 'base']
  expect(await run(process.execPath, [], base)).toMatchObject({ status: 0 })
})

describe.each([
  // Where npm was started by an older Node, this is that one: CI does so.
  ['the Node of whoever started npm', process.env['npm_node_execpath'] ?? process.execPath, []],
  ['a Node without what Node 20 has not', process.execPath, preload(resolve('test/e2e/stage/as-node-20.mjs'))],
] as const)('on %s the command line', (_which, node, before) => {
  test('plans a build', async () => {
    const planned = await run(node, before, ['build', '--engine', 'oci', '--tags', 'v1', '--images', 'shop', '--dry-run', '--json'])
    expect(planned).toMatchObject({ status: 0 })
    expect(JSON.parse(planned.stdout)).toMatchObject({ kind: 'build-plan', tags: ['shop:v1'] })
  })

  test('builds an image of files that come out of the layers of another', async () => {
    const output = `image-${before.length}`
    const built = await run(node, before, ['build', '--engine', 'oci', '--images', 'shop', '--output', output, '--json'])
    expect(built).toMatchObject({ status: 0 })
    expect(JSON.parse(built.stdout)).toMatchObject({ kind: 'build', engine: { name: 'oci' } })
  })

  test('scans, and says what would help', async () => {
    const argv = [
      '--image',
      '.',
      '--trivy',
      join(room, 'trivy'),
      '--trivy-from',
      'https://mirror.example.com',
      '--formats',
      'sarif,markdown',
    ]
    const scanned = await run(node, before, ['scan', ...argv, '--json'])
    expect(scanned).toMatchObject({ status: 1 })
    expect(JSON.parse(scanned.stdout)).toMatchObject({ kind: 'scan', reasonCode: 'vulnerabilities-found', advice: [{}, {}] })
  })

  test('judges a recorded series', async () => {
    writeFileSync(join(room, 'series.csv'), '1767323040;50;950;0;1\n1767323055;52;948;1;0\n')
    expect(await run(node, before, ['judge', 'series.csv'])).toMatchObject({ status: 0, stderr: '' })
  })
})

test('an older Node is told so, and nothing of the bundle is loaded', async () => {
  const old = join(room, 'as-node-18.mjs')
  writeFileSync(old, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })\n")
  expect(await run(process.execPath, preload(old), ['--version'])).toEqual({
    status: 1,
    stdout: '',
    stderr: 'deploy-kit needs Node 20.18 or newer; this is Node 18.20.8. Start it by npm run deploy-kit, which brings its own.\n',
  })
})
