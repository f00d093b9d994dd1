import { KitError } from '@deploy-kit/core'
import { isDeepStrictEqual } from 'node:util'
import type { KubeClient, KubeObject } from '../../api/index.ts'

const conflictsAllowed = 5

interface Rewrite<T> {
  readonly path: string
  /** The object as it was read a moment ago; undefined to read it first. */
  readonly known?: T | undefined
  readonly read: () => Promise<T>
  readonly to: (object: T) => T
}

/**
 * Reads, changes and writes with the version that was read. A write that meets another writer begins again with what is there now,
 * from what was meant, a few times. Nothing is written when nothing changes.
 * @throws KitError `cluster-conflict` when somebody else was faster each time
 */
export const rewritten = async <T extends KubeObject>(
  client: KubeClient,
  { path, known, read, to }: Rewrite<T>,
  signal: AbortSignal,
): Promise<T> => {
  let found = known ?? (await read())
  for (let attempt = 1; ; attempt += 1) {
    const wanted = to(found)
    if (isDeepStrictEqual(wanted, found)) return found
    try {
      return await client.replace<T>(path, wanted, { signal })
    } catch (error) {
      if (!(error instanceof KitError) || error.code !== 'cluster-conflict' || attempt === conflictsAllowed) throw error
    }
    found = await read()
  }
}
