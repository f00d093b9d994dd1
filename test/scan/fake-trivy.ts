import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { scan, type ScanPorts, type ScanRequest } from '@deploy-kit/scan'
import { ManualClock } from '../fakes/manual-clock.ts'

/** What one scan of the fake does. */
interface Answer {
  /** A name in test/fixtures/trivy, or an absolute path. */
  readonly report?: string
  readonly stderr?: string
  readonly status?: number
  readonly hangs?: true
}

/** What the fake does; see test/fakes/trivy.cjs. */
export interface Scenario extends Answer {
  readonly version?: string
  /** Answers of the scans in turn, where they differ. */
  readonly scans?: readonly Answer[]
  /** What each mirror does; one that is not named does not exist. */
  readonly mirrors?: Readonly<Record<string, Mirror>>
}

interface Mirror {
  readonly stderr?: string
  /** A variable and its value with which the mirror does not refuse. */
  readonly unless?: readonly [string, string]
  readonly hangs?: true
  readonly bytes?: number
  readonly updatedAt?: string
  readonly nextUpdate?: string
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

/** The mirror that answers unless a test says otherwise. */
export const goodMirror = 'mirror.test/trivy-db:2'

const pathOf = (report: string): string => (report.startsWith('/') ? report : resolve('test/fixtures/trivy', `${report}.json`))
const located = <T extends Answer>(answer: T): T => (answer.report === undefined ? answer : { ...answer, report: pathOf(answer.report) })

/** A machine with a trivy on its PATH that does as it is told. Its clock says 2026-11-22, its mirror has a database of the day before. */
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
  const settings = {
    version: '0.73.0',
    updatedAt: '2026-11-21T18:00:00Z',
    nextUpdate: '2026-11-22T18:00:00Z',
    mirrors: { [goodMirror]: {} },
    ...located(scenario),
    ...(scenario.scans !== undefined && { scans: scenario.scans.map(located) }),
  }
  await writeFile(join(bin, 'scenario.json'), JSON.stringify(settings))
  const clock = new ManualClock(Date.parse('2026-11-22T00:00:00Z'))
  const warnings: string[] = []
  return {
    room,
    program,
    cache,
    files,
    temporary,
    clock,
    warnings,
    scans: (
      request: Partial<ScanRequest> = {},
      environment: NodeJS.ProcessEnv = {},
      signal = new AbortController().signal,
      ports: Partial<ScanPorts> = {},
    ) =>
      scan(
        {
          subject: { kind: 'filesystem', directory: files },
          failOn: ['high', 'critical'],
          ignoreUnfixed: false,
          cacheDirectory: cache,
          timeoutMs: 60_000,
          ...request,
          database: { mirrors: [goodMirror], ...request.database },
        },
        {
          clock,
          signal,
          environment: { PATH: `${bin}:${process.env['PATH']}`, ...environment },
          temporaryDirectory: temporary,
          warn: (message) => void warnings.push(message),
          ...ports,
        },
      ),
    calls: async (): Promise<readonly Call[]> => {
      const lines = (await readFile(join(bin, 'calls.jsonl'), 'utf8')).trim().split('\n')
      return lines.map((line) => JSON.parse(line) as Call)
    },
    /** The calls that scanned something. */
    scanCalls: async function (): Promise<readonly Call[]> {
      return (await this.calls()).filter(({ argv }) => argv.includes('--show-suppressed'))
    },
  }
}
