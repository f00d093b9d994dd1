import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFileCommands } from '../../../packages/cli/src/runner/file-commands.ts'

export interface StepOptions {
  /** Declared inputs; the runner sets every one of them, '' when it is not given. */
  readonly inputs?: Readonly<Record<string, string>>
  /** What main left in GITHUB_STATE, for post. */
  readonly state?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Arguments for Node before the file. */
  readonly node?: readonly string[]
  readonly argv?: readonly string[]
}

/** What the runner knows of a step that has ended. The file commands are read after a kill as well. */
export interface EndedStep {
  readonly exitCode: number | null
  readonly killedBy: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

export interface RunningStep {
  readonly child: ChildProcess
  readonly ended: Promise<EndedStep>
  /** Resolves as soon as standard output holds the text. */
  says(text: string): Promise<void>
}

/** Starts a file with Node as the runner starts the main of an action: fresh file commands, INPUT_ and STATE_ variables. */
export const startStep = (file: string, options: StepOptions = {}): RunningStep => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-kit-step-'))
  const commands = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STATE: join(folder, 'state'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  }
  for (const path of Object.values(commands)) writeFileSync(path, '')
  const temporary = join(folder, 'temp')
  mkdirSync(temporary)
  const child = spawn(process.execPath, [...(options.node ?? []), file, ...(options.argv ?? [])], {
    env: {
      PATH: process.env['PATH'],
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: temporary,
      ...commands,
      // Upper case, spaces to underscores, dashes stay (Handler.cs); the case of state keys stays.
      ...renamed(options.inputs, (name) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`),
      ...renamed(options.state, (name) => `STATE_${name}`),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const waiting: (() => void)[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const check of waiting) check()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<EndedStep>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, killedBy) => {
      try {
        resolve({
          exitCode,
          killedBy,
          stdout,
          stderr,
          outputs: readFileCommands(read(commands.GITHUB_OUTPUT)),
          state: readFileCommands(read(commands.GITHUB_STATE)),
          summary: read(commands.GITHUB_STEP_SUMMARY),
        })
      } catch (error) {
        reject(error)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => (stdout.includes(text) ? resolve() : undefined)
      waiting.push(check)
      check()
      child.on('close', () => reject(new Error(`the step ended without saying "${text}": ${stdout}${stderr}`)))
    })
  return { child, ended, says }
}

const read = (path: string): string => readFileSync(path, 'utf8')

const renamed = (values: Readonly<Record<string, string>> = {}, rename: (name: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]))
