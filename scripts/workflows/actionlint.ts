import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ToolMissing, type Finding } from './found.ts'

interface Complaint {
  readonly filepath: string
  readonly line: number
  readonly kind: string
  readonly message: string
}

/** What actionlint 1.7.12 takes for a mistake because it is older than the syntax. Exactly these are let through. */
const olderThanTheSyntax = [
  {
    kind: 'action',
    message: /^specifying action "\$\/[a-z-]+" in invalid format because ref is missing\./,
    why: '`uses: $/x` in steps is the self-repository syntax of July 2026',
  },
  {
    kind: 'workflow-call',
    message: /^reusable workflow call "\$\/\.github\/workflows\/[a-z-]+\.yml" at "uses" is not following the format /,
    why: '`uses: $/…` of jobs is the same',
  },
  {
    kind: 'syntax-check',
    message: /^unexpected key "queue" for "concurrency" section\./,
    why: '`concurrency.queue` is of May 2026',
  },
] as const

/**
 * The findings of actionlint in the given files, without what it is too old to know. With `everything`, nothing is let through.
 * @throws ToolMissing
 */
export const actionlint = (files: readonly string[], options: { readonly everything?: true } = {}): readonly Finding[] => {
  const complaints = complaintsAbout(files)
  if (options.everything) return complaints.map(asFinding)
  const known = (complaint: Complaint) =>
    olderThanTheSyntax.filter(({ kind, message }) => kind === complaint.kind && message.test(complaint.message))
  const idle = olderThanTheSyntax
    .filter((exception) => !complaints.some((complaint) => known(complaint).includes(exception)))
    .map(({ kind, why }) => ({
      where: 'scripts/workflows/actionlint.ts',
      message: `the exception for [${kind}] (${why}) is needed no longer: take it out`,
    }))
  return [...complaints.filter((complaint) => known(complaint).length === 0).map(asFinding), ...idle]
}

const asFinding = (complaint: Complaint): Finding => ({
  where: `${complaint.filepath}:${complaint.line}`,
  message: `${complaint.message} [${complaint.kind}]`,
})

const complaintsAbout = (files: readonly string[]): readonly Complaint[] => {
  // shellcheck and pyflakes are switched off: what is installed beside actionlint must not change what it says.
  const argv = ['-no-color', '-shellcheck=', '-pyflakes=', '-format', '{{json .}}', ...files]
  const run = spawnSync(program(), argv, { encoding: 'utf8' })
  if (run.status !== 0 && run.status !== 1) throw new Error(`actionlint ended with ${run.status ?? run.signal}: ${run.stderr}`)
  return JSON.parse(run.stdout) as readonly Complaint[]
}

const program = (): string => {
  const given = process.env['ACTIONLINT']
  const cache = process.env['TOOLS_CACHE'] ?? join(homedir(), '.cache', 'deploy-tools')
  const places =
    given === undefined
      ? [...(process.env['PATH'] ?? '').split(delimiter), join(cache, 'bin')].map((at) => join(at, 'actionlint'))
      : [given]
  const found = places.find(isExecutable)
  if (found !== undefined) return found
  throw new ToolMissing(
    given === undefined
      ? 'actionlint is neither on PATH nor in $TOOLS_CACHE/bin. Install it: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'
      : `ACTIONLINT names ${given}, which cannot be run`,
  )
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
