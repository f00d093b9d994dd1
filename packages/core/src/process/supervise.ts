import { spawn, type ChildProcess } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { KitError } from '../errors.ts'
import { longestTimerMs } from '../ports/clock.ts'
import { formatDuration } from '../text/duration.ts'
import { Lines } from './lines.ts'
import { Tail } from './tail.ts'

export interface SuperviseOptions {
  readonly cwd?: string
  /** The whole environment of the child. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** After so many milliseconds the child is killed with SIGKILL: some tools ignore SIGTERM while they wait for a server. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal
  /** Hears each line of both streams as it comes. A logger makes them inert: the runner would take some for workflow commands. */
  readonly onLine?: (line: string) => void
  /** At most so many bytes of each stream are kept; the end is what matters. Default 16 MiB. */
  readonly keepBytes?: number
}

export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program with an argument vector, never through a shell, under a deadline that ends in SIGKILL for the program and
 * whatever it has started. Any exit status is returned; the caller knows which are errors.
 * @throws KitError `tool-missing`, `tool-failed` when it cannot be started, `tool-timeout`; the signal's reason when it is aborted
 */
export const supervise = (tool: string, argv: readonly string[], options: SuperviseOptions): Promise<Finished> =>
  new Promise((resolve, reject) => {
    options.signal?.throwIfAborted()
    // A process group of its own: a grandchild would keep the pipes open, and with them this promise, after the child is dead.
    const detached = process.platform !== 'win32'
    const child = spawn(tool, argv, { cwd: options.cwd, env: options.env ?? process.env, stdio: 'pipe', shell: false, detached })
    const stdout = new Tail(options.keepBytes ?? 16 * 1024 * 1024)
    const stderr = new Tail(options.keepBytes ?? 16 * 1024 * 1024)

    let stop: Error | undefined
    const end = (reason: Error): void => {
      stop ??= reason
      killGroup(child, detached)
    }
    const timer = setTimeout(
      () => end(new KitError('tool-timeout', `\`${tool}\` did not end within ${formatDuration(options.deadlineMs)} and was killed.`)),
      Math.min(options.deadlineMs, longestTimerMs),
    )
    const onAbort = (): void => end(asError(options.signal?.reason))
    options.signal?.addEventListener('abort', onAbort, { once: true })

    const hear = (stream: NodeJS.ReadableStream, tail: Tail): void => {
      const decoder = new StringDecoder('utf8') // A character may be cut in two by the pipe.
      const lines = new Lines((line) => options.onLine?.(line))
      stream.on('data', (chunk: Buffer) => {
        tail.push(chunk)
        const text = decoder.write(chunk)
        lines.push(text)
      })
      stream.on('end', () => lines.end())
    }
    hear(child.stdout, stdout)
    hear(child.stderr, stderr)
    child.on('error', (error: NodeJS.ErrnoException) => {
      stop ??= new KitError(error.code === 'ENOENT' ? 'tool-missing' : 'tool-failed', `\`${tool}\` could not be started.`, { cause: error })
      finish(-1)
    })
    child.on('close', (code, killedBy) => finish(code ?? (killedBy === null ? -1 : 128)))
    child.stdin.on('error', () => undefined) // The child may end before it has read its input.
    child.stdin.end(options.input ?? '')

    let finished = false // A program that cannot be started is both an error and a close.
    const finish = (exitCode: number): void => {
      if (finished) return
      finished = true
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      if (stop === undefined) resolve({ exitCode, stdout: stdout.text(), stderr: stderr.text() })
      else reject(stop)
    }
  })

const killGroup = (child: ChildProcess, detached: boolean): void => {
  try {
    if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
