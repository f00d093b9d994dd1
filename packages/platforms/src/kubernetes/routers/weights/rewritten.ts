import { isDeepStrictEqual } from 'node:util'
import { overConflicts, type KubeClient, type KubeObject } from '../../api/index.ts'

interface Rewrite<T> {
  readonly path: string
  /** The object as it was read a moment ago; undefined to read it first. */
  readonly known?: T | undefined
  readonly read: () => Promise<T>
  readonly to: (object: T) => T
}

/**
 * Reads, changes and writes, over the conflicts with other writers, from what was meant. Nothing is written when nothing changes.
 * @throws KitError `cluster-conflict` when somebody else was faster each time
 */
export const rewritten = async <T extends KubeObject>(
  client: KubeClient,
  { path, known, read, to }: Rewrite<T>,
  signal: AbortSignal,
): Promise<T> => {
  let fresh = known
  return overConflicts(async () => {
    const found = fresh ?? (await read())
    fresh = undefined
    const wanted = to(found)
    return isDeepStrictEqual(wanted, found) ? found : client.replace<T>(path, wanted, { signal })
  })
}
