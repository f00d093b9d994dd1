import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { KitError, type Clock } from '@deploy-kit/core'
import type { Command } from '../image/command.ts'
import { endGroup, signalGroup } from './end-group.ts'
import type { ProcessTable } from './process-table.ts'

/** One process of a version. */
export interface Instance {
  /** Of which replica of the version, counted from 0. */
  readonly replica: number
  readonly port: number
  /** Connections to it that are kept alive. */
  readonly agent: Agent
  /** Size of its log file when it began: what is behind is its own. */
  readonly logStart: number
  /** How it ended, in words; undefined while it runs. */
  readonly exit: string | undefined
  readonly ended: Promise<string>
  /** Digest in the environment that the running process has, where the system shows it. */
  runningDigest(): Promise<string | undefined>
  stop(graceMs: number): Promise<void>
}

export interface InstanceRequest {
  readonly replica: number
  readonly command: Command
  readonly port: number
  readonly logFile: string
  readonly table: ProcessTable
  readonly clock: Clock
}

export const digestVariable = 'DEPLOY_KIT_DIGEST'

/**
 * Starts a process in a group of its own, so that an interrupt typed at the edge's terminal does not reach it before it is
 * drained, with its output going straight to a file, so that it outlives an edge that is killed.
 * @throws KitError `image-not-runnable` when there is no such program
 */
export const startInstance = async ({ replica, command, port, logFile, table, clock }: InstanceRequest): Promise<Instance> => {
  mkdirSync(command.cwd, { recursive: true })
  const output = openSync(logFile, 'a', 0o600)
  const logStart = fstatSync(output).size
  const child = spawn(command.file, command.argv, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', output, output],
    detached: true,
    shell: false,
  })
  closeSync(output)
  let exit: string | undefined
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`
      if (child.pid !== undefined) {
        signalGroup(child.pid, 'SIGKILL') // What it had started itself.
        table.remove(child.pid)
      }
      agent.destroy()
      resolve(exit)
    })
  })
  // A shorter rest than the 5 s after which Node's own server hangs up: a request must not meet a closing connection.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: 4_000, scheduling: 'lifo' })
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new KitError('image-not-runnable', `\`${command.file}\` could not be started.`, { cause })))
    if (child.pid !== undefined) resolve(child.pid)
  })
  await table.add(pid)
  return {
    replica,
    port,
    agent,
    logStart,
    ended,
    get exit() {
      return exit
    },
    runningDigest: async () => (exit === undefined ? digestOf(await environmentOf(pid, command)) : undefined),
    stop: async (graceMs) => {
      // The connections that rest go first, so that none of them is chosen while the process ends.
      agent.destroy()
      if (exit === undefined) await endGroup(pid, () => exit !== undefined, graceMs, clock)
      await ended
    },
  }
}

const environmentOf = async (pid: number, command: Command): Promise<readonly string[]> => {
  if (process.platform !== 'linux') return Object.entries(command.env).map(([name, value]) => `${name}=${value}`)
  return (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0')
}

const digestOf = (environment: readonly string[]): string | undefined =>
  environment.find((line) => line.startsWith(`${digestVariable}=`))?.slice(digestVariable.length + 1)
