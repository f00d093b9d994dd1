import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { z } from 'zod'
import { startIdentity } from '../process/start-identity.ts'
import { writeAtomically } from './atomic-file.ts'

const schema = z.object({
  /** The edge that runs with this directory; absent when it was stopped. */
  running: z.object({ pid: z.number(), identity: z.string() }).exactOptional(),
  adminPort: z.number(),
  port: z.number(),
  /** The app that is served at `port`: the first one that came. */
  firstApp: z.string().exactOptional(),
})

/** What an edge is apart from its apps. */
export type StoredEdge = z.infer<typeof schema>

const pathIn = (stateDir: string): string => join(stateDir, 'edge.json')

export const readEdge = async (stateDir: string): Promise<StoredEdge | undefined> => {
  const text = await readFile(pathIn(stateDir), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

export const writeEdge = (stateDir: string, edge: StoredEdge): Promise<void> => writeAtomically(pathIn(stateDir), JSON.stringify(edge))

/** @throws KitError `edge-running` when the edge that wrote the file is alive */
export const refuseSecond = async (stateDir: string, stored: StoredEdge | undefined): Promise<void> => {
  if (stored?.running === undefined) return
  const { pid, identity } = stored.running
  if ((await startIdentity(pid)) !== identity) return
  throw new KitError(
    'edge-running',
    `Process ${pid} serves \`${stateDir}\` already; its admin API is http://127.0.0.1:${stored.adminPort}.`,
  )
}
