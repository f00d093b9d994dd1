import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { scan, type ScanRequest } from '@deploy-kit/scan'
import { ManualClock } from '../fakes/manual-clock.ts'

/** What the fake does; see test/fakes/trivy.cjs. */
export interface Scenario {
  readonly version?: string
  /** A name in test/fixtures/trivy. */
  readonly report?: string
  readonly stderr?: string
  readonly status?: number
  readonly hangs?: true
}

interface Call {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

const rooms: string[] = []

export const cleanUp = async (): Promise<void> => {
  for (const room of rooms.splice(0)) await rm(room, { recursive: true, force: true })
}

/** A machine with a trivy on its PATH that does as it is told. */
export const machine = async (scenario: Scenario) => {
  const room = await mkdtemp(join(tmpdir(), 'scan-test-'))
  rooms.push(room)
  const [bin, cache, temporary, files] = ['bin', 'cache', 'tmp', 'files'].map((name) => join(room, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const directory of [bin, temporary, files]) await mkdir(directory)
  const program = join(bin, 'trivy')
  await copyFile('test/fakes/trivy.cjs', program)
  await chmod(program, 0o755)
  const report = scenario.report === undefined ? {} : { report: resolve('test/fixtures/trivy', `${scenario.report}.json`) }
  await writeFile(join(bin, 'scenario.json'), JSON.stringify({ version: '0.73.0', ...scenario, ...report }))
  const clock = new ManualClock(Date.parse('2026-11-22T00:00:00Z'))
  return {
    room,
    program,
    cache,
    files,
    temporary,
    clock,
    scans: (request: Partial<ScanRequest> = {}, environment: NodeJS.ProcessEnv = {}, signal = new AbortController().signal) =>
      scan(
        {
          subject: { kind: 'filesystem', directory: files },
          failOn: ['high', 'critical'],
          ignoreUnfixed: false,
          cacheDirectory: cache,
          timeoutMs: 60_000,
          ...request,
        },
        { clock, signal, environment: { PATH: `${bin}:${process.env['PATH']}`, ...environment }, temporaryDirectory: temporary },
      ),
    calls: async (): Promise<readonly Call[]> => {
      const lines = (await readFile(join(bin, 'calls.jsonl'), 'utf8')).trim().split('\n')
      return lines.map((line) => JSON.parse(line) as Call)
    },
  }
}
