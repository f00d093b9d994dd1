import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ToolMissing, type Finding } from './found.ts'

const requirements = 'scripts/workflows/requirements.txt'

interface Result {
  readonly ident: string
  readonly desc: string
  readonly ignored: boolean
  readonly locations: readonly {
    readonly symbolic: { readonly key: { readonly Local?: { readonly verbatim_path?: string; readonly given_path?: string } } }
    readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } }
  }[]
}

/**
 * What zizmor's pedantic persona finds in the whole repository and in the given files beside it, without the network.
 * Suppressions stand in zizmor.yml with their reasons. @throws ToolMissing
 */
export const zizmor = (files: readonly string[]): readonly Finding[] => {
  const argv = [
    '--offline',
    '--persona',
    'pedantic',
    '--strict-collection',
    '--no-progress',
    '--no-exit-codes',
    '--format',
    'json-v1',
    '.',
    ...files,
  ]
  const run = spawnSync(program(), argv, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (run.status !== 0) throw new Error(`zizmor ended with ${run.status ?? run.signal}: ${run.stderr}`)
  return (JSON.parse(run.stdout) as readonly Result[]).filter((result) => !result.ignored).map(asFinding)
}

const asFinding = ({ ident, desc, locations }: Result): Finding => {
  const at = locations[0]
  const path = at?.symbolic.key.Local?.verbatim_path ?? at?.symbolic.key.Local?.given_path ?? '?'
  return { where: `${path}:${(at?.concrete.location.start_point.row ?? 0) + 1}`, message: `${desc} [${ident}]` }
}

/** zizmor in a virtual environment of its own, by the hashes of the requirements; made once for each version of them. */
const program = (): string => {
  const given = process.env['ZIZMOR']
  if (given !== undefined) {
    if (existsSync(given)) return given
    throw new ToolMissing(`ZIZMOR names ${given}, which is not there`)
  }
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const home = join('out', 'tools', `zizmor-${wanted}`)
  const installed = process.platform === 'win32' ? join(home, 'Scripts', 'zizmor.exe') : join(home, 'bin', 'zizmor')
  if (!existsSync(installed)) install(home)
  return installed
}

const install = (home: string): void => {
  const python = process.platform === 'win32' ? 'python' : 'python3'
  const scripts = process.platform === 'win32' ? 'Scripts' : 'bin'
  const steps: readonly (readonly [string, ...string[]])[] = [
    [python, '-m', 'venv', home],
    [
      join(home, scripts, 'python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--require-hashes',
      '--only-binary=:all:',
      '-r',
      requirements,
    ],
  ]
  for (const [command, ...argv] of steps) {
    const run = spawnSync(command, argv, { encoding: 'utf8' })
    if (run.status === 0) continue
    rmSync(home, { recursive: true, force: true }) // half an installation would be taken for a whole one the next time
    throw new ToolMissing(
      `zizmor cannot be installed: \`${command} ${argv.join(' ')}\` failed.\n${run.error?.message ?? run.stderr}\nIt needs Python 3 with venv, and PyPI; or name an installed one in ZIZMOR.`,
    )
  }
}
