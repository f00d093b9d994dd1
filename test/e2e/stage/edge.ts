import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** `deploy-kit serve` as a process of its own, which can be stopped, killed and started again with the same state. */
export class EdgeUnderTest {
  readonly #dist: string
  readonly #directory: string
  #child: ChildProcess | undefined
  admin = ''

  constructor(dist: string, directory: string) {
    this.#dist = dist
    this.#directory = directory
  }

  async start(): Promise<void> {
    const state = join(this.#directory, 'edge')
    const log = openSync(join(this.#directory, 'edge.log'), 'a')
    const argv = ['serve', '--state', state, '--port', '0', '--admin-port', '0', '--drain', '2s']
    const child = spawn(process.execPath, [join(this.#dist, 'cli', 'index.js'), ...argv], { stdio: ['ignore', 'pipe', log] })
    this.#child = child
    process.once('exit', () => child.kill('SIGKILL'))
    if (child.stdout === null) throw new Error('the edge has no standard output')
    const [line] = (await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(15_000) })) as [string]
    this.admin = (JSON.parse(line) as { admin: string }).admin
  }

  /** As the out-of-memory killer ends it: nothing is drained, nothing is written. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
}
