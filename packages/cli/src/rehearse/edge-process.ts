import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { KitError } from '@deploy-kit/core'

/** An edge in a process of its own, which outlives whoever releases through it. */
export interface EdgeProcess {
  readonly url: string
  readonly admin: string
  stop(): Promise<void>
}

const startWithinMs = 15_000

/**
 * Starts `deploy-kit serve` on free ports.
 * @throws KitError `platform-unreachable` when it does not say its addresses in time
 */
export const startEdge = async (dist: string, directory: string): Promise<EdgeProcess> => {
  const log = openSync(join(directory, 'edge.log'), 'a')
  const child = spawn(
    process.execPath,
    [join(dist, 'cli', 'index.js'), 'serve', '--state', join(directory, 'edge'), '--port', '0', '--admin-port', '0'],
    {
      stdio: ['ignore', 'pipe', log],
      // A group of its own: Ctrl-C ends the rehearsal, and the rehearsal ends the edge when the traffic is home.
      detached: true,
    },
  )
  const exited = once(child, 'exit')
  const { stdout } = child
  if (stdout === null) throw new KitError('internal-error', 'the edge has no standard output')
  const line = await Promise.race([
    once(createInterface(stdout), 'line', { signal: AbortSignal.timeout(startWithinMs) }).catch(() => undefined),
    exited.then(() => undefined),
  ])
  if (line === undefined) {
    child.kill('SIGKILL')
    throw new KitError('platform-unreachable', `The edge did not start; see ${join(directory, 'edge.log')}.`)
  }
  const { url, admin } = JSON.parse(String(line[0])) as { url: string; admin: string }
  return {
    url,
    admin,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
