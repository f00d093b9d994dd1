import type { Edge } from './serve.ts'

/** Stops the edge cleanly on SIGINT or SIGTERM. Resolves when it has stopped. For a process that is nothing but an edge. */
export const closeOnSignals = async (edge: Edge): Promise<void> => {
  await new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve())
  })
  await edge.close()
}
