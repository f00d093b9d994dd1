import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { KitError } from '../errors.ts'
import { formatDuration } from '../text/duration.ts'

export interface SuperviseOptions {
  readonly cwd?: string
  /** The whole environment of the child; nothing is inherited. */
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** After so many milliseconds the child is killed with SIGKILL: some tools ignore SIGTERM while they wait for a server. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal
  /** Hears what the child prints. It is wrapped so that the runner takes none of it for a workflow command. */
  readonly echo?: (text: string) => void
  /** At most so many bytes of each stream are kept; the end is what matters. Default 16 MiB. */
  readonly keepBytes?: number
}

export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program with an argument vector, never through a shell, under a deadline that ends in SIGKILL.
 * Any exit status is returned; the caller knows which are errors.
 * @throws KitError `tool-missing`, `tool-timeout`; the signal's reason when it is aborted
 */
export const supervise = (tool: string, argv: readonly string[], options: SuperviseOptions): Promise<Finished> =>
  new Promise((resolve, reject) => {
    options.signal?.throwIfAborted()
    const child = spawn(tool, argv, { cwd: options.cwd, env: options.env ?? process.env, stdio: 'pipe', shell: false })
    const stdout = new Tail(options.keepBytes ?? 16 * 1024 * 1024)
    const stderr = new Tail(options.keepBytes ?? 16 * 1024 * 1024)
    const token = randomUUID()
    options.echo?.(`::stop-commands::${token}\n`)

    let stop: Error | undefined
    const end = (reason: Error): void => {
      stop ??= reason
      child.kill('SIGKILL')
    }
    const timer = setTimeout(
      () => end(new KitError('tool-timeout', `\`${tool}\` did not end within ${formatDuration(options.deadlineMs)} and was killed.`)),
      options.deadlineMs,
    )
    const onAbort = (): void => end(asError(options.signal?.reason))
    options.signal?.addEventListener('abort', onAbort, { once: true })

    child.stdout.on('data', (chunk: Buffer) => (stdout.push(chunk), options.echo?.(chunk.toString())))
    child.stderr.on('data', (chunk: Buffer) => (stderr.push(chunk), options.echo?.(chunk.toString())))
    child.on('error', (error: NodeJS.ErrnoException) => {
      stop ??= new KitError(error.code === 'ENOENT' ? 'tool-missing' : 'tool-failed', `\`${tool}\` could not be started.`, { cause: error })
      finish(-1)
    })
    child.on('close', (code, killedBy) => finish(code ?? (killedBy === null ? -1 : 128)))
    child.stdin.on('error', () => undefined) // The child may end before it has read its input.
    child.stdin.end(options.input ?? '')

    const finish = (exitCode: number): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      options.echo?.(`\n::${token}::\n`)
      if (stop === undefined) resolve({ exitCode, stdout: stdout.text(), stderr: stderr.text() })
      else reject(stop)
    }
  })

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

/** The last bytes of a stream. */
class Tail {
  readonly #limit: number
  readonly #chunks: Buffer[] = []
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= this.#limit) this.#size -= this.#chunks.shift()?.length ?? 0
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#limit).toString('utf8')
  }
}
