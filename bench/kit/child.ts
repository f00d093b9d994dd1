import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A Node process that says one line when it is ready, or when it is done. */
export interface Child extends AsyncDisposable {
  readonly line: string
}

/** Starts a file with this very Node. @throws Error when it says nothing within `withinMs` milliseconds */
export const startChild = async (argv: readonly string[], withinMs = 10_000): Promise<Child> => {
  const child = spawn(process.execPath, ['--conditions=source', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // As the edge and its versions are: Linux shares the processor between sessions, and one that has a session of its own
    // waits otherwise than one in the session of a busy terminal.
    detached: true,
  })
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  try {
    const [line] = (await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(withinMs) })) as [string]
    return { line, [Symbol.asyncDispose]: end }
  } catch (cause) {
    await end()
    throw new Error(`${argv.join(' ')} said nothing in ${withinMs} ms`, { cause })
  }
}
