import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { readFileCommands } from './file-commands.ts'

/** What a runner knows of the run that a step belongs to. */
export interface RunContext {
  /** Directory of the bundle: holds `<action>/index.js`. */
  readonly dist: string
  readonly workspace: string
  /** RUNNER_TEMP of the job. */
  readonly temporary: string
  readonly repository: string
  readonly runId: string
  readonly attempt: number
  readonly sha?: string
}

export interface StepRequest extends RunContext {
  /** Folder of the action in the bundle. */
  readonly action: string
  readonly inputs: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

export interface StepEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

/** A step that runs: an entry of the bundle as a child process, under the contract of GitHub's runner (actions/runner 2.336). */
export interface Step {
  readonly pid: number
  readonly ended: Promise<StepEnd>
  log(): string
  kill(signal: NodeJS.Signals): void
  /** The runner's ladder: SIGINT, after 7.5 s SIGTERM, after 2.5 s more the end (ProcessInvoker.cs). */
  cancel(): Promise<StepEnd>
  /** Runs the post entry with the state that main had saved, as `post-if: always()` does. */
  post(): Promise<StepEnd>
}

/** Starts an action. Inputs become INPUT_ variables with their dashes kept; every file command has a fresh file. */
export const startStep = (request: StepRequest, entry: 'index' | 'post' = 'index', state: Readonly<Record<string, string>> = {}): Step => {
  mkdirSync(request.temporary, { recursive: true })
  const files = commandFiles(mkdtempSync(join(request.temporary, 'step-')))
  const child = spawn(process.execPath, [join(request.dist, request.action, `${entry}.js`)], {
    cwd: request.workspace,
    env: environmentOf(request, files, state),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = end(child, files, () => log)
  return {
    pid: child.pid ?? -1,
    ended,
    log: () => log,
    kill: (signal) => void child.kill(signal),
    cancel: async () => {
      child.kill('SIGINT')
      if (await within(7_500, ended)) return ended
      child.kill('SIGTERM')
      if (await within(2_500, ended)) return ended
      child.kill('SIGKILL')
      return ended
    },
    post: () => startStep(request, 'post', readFileCommands(readFileSync(files.state, 'utf8'))).ended,
  }
}

/** Starts an action and waits for its end. */
export const runStep = (request: StepRequest): Promise<StepEnd> => startStep(request).ended

interface CommandFiles {
  readonly output: string
  readonly state: string
  readonly summary: string
  readonly env: string
}

const commandFiles = (directory: string): CommandFiles => {
  const files = {
    output: join(directory, 'output'),
    state: join(directory, 'state'),
    summary: join(directory, 'summary.md'),
    env: join(directory, 'env'),
  }
  for (const file of Object.values(files)) writeFileSync(file, '')
  return files
}

const environmentOf = (request: StepRequest, files: CommandFiles, state: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  ...Object.fromEntries(Object.entries(request.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase().replaceAll(' ', '_')}`, value])),
  ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
  GITHUB_ACTIONS: 'true',
  GITHUB_OUTPUT: files.output,
  GITHUB_STATE: files.state,
  GITHUB_STEP_SUMMARY: files.summary,
  GITHUB_ENV: files.env,
  GITHUB_WORKSPACE: request.workspace,
  GITHUB_REPOSITORY: request.repository,
  GITHUB_RUN_ID: request.runId,
  GITHUB_RUN_ATTEMPT: String(request.attempt),
  ...(request.sha !== undefined && { GITHUB_SHA: request.sha }),
  RUNNER_TEMP: request.temporary,
  ...request.env,
})

const end = async (child: ChildProcess, files: CommandFiles, log: () => string): Promise<StepEnd> => {
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  // The runner reads the files in a `finally`, also after a kill.
  return {
    exitCode,
    signal,
    log: log(),
    outputs: readFileCommands(readFileSync(files.output, 'utf8')),
    summary: readFileSync(files.summary, 'utf8'),
  }
}

const within = async (ms: number, ended: Promise<unknown>): Promise<boolean> => {
  const timer = new AbortController()
  const first = await Promise.race([ended.then(() => true), delay(ms, false, { signal: timer.signal }).catch(() => false)])
  timer.abort()
  return first
}
