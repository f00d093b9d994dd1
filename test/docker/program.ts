import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../e2e/stage/shop.ts'

/** Where those programs are that have no Debian package; its `docker` is a configuration of Docker with buildx as a plugin. */
export const toolsDirectory = process.env['TOOLS_CACHE'] ?? join(process.env['HOME'] ?? '', '.cache/deploy-tools')

/** Those programs, then those of the machine. */
export const toolsPath = [join(toolsDirectory, 'bin'), process.env['PATH'] ?? ''].join(':')

/** A server of another project, started for the tests of one file. */
export class Program {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #log: string

  private constructor(name: string, child: ChildProcess, log: string) {
    this.#name = name
    this.#child = child
    this.#log = log
  }

  /** Resolves when it is ready. @throws Error that says how to get it when there is none */
  static async start(
    name: string,
    argv: readonly string[],
    directory: string,
    howToGet: string,
    isReady: () => Promise<boolean>,
  ): Promise<Program> {
    const log = join(directory, `${name}.log`)
    const output = openSync(log, 'a')
    const child = spawn(name, argv, { stdio: ['ignore', output, output], env: { ...process.env, PATH: toolsPath }, cwd: directory })
    closeSync(output)
    process.once('exit', () => child.kill('SIGKILL'))
    await once(child, 'spawn').catch((error: unknown) => {
      throw new Error(`There is no \`${name}\` to be run. ${howToGet}`, { cause: error })
    })
    const program = new Program(name, child, log)
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`${name} has ended: ${program.says()}`)
        return isReady().catch(() => false)
      },
      async () => `${name} to be ready\n${program.says()}`,
    )
    return program
  }

  /** All that it has printed. */
  says(): string {
    return readFileSync(this.#log, 'utf8')
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill(signal)
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await exited
    clearTimeout(killer)
    if (process.env['DEBUG'] !== undefined) process.stderr.write(`${this.#name}: ${this.says()}\n`)
  }
}
