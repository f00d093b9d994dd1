import type { Change, KubeObject } from './kube-client.ts'

/** The objects of a collection as they are now, kept by a watch. */
export interface Mirror<T> {
  /** Undefined until the first list. */
  readonly objects: () => readonly T[] | undefined
  /** Rejects when the watch fails for good, and with the signal's reason when it is aborted; never resolves. */
  readonly failed: Promise<never>
}

/** Follows changes until their watch ends, calling `changed` after each. */
export const mirror = <T extends KubeObject>(changes: AsyncIterable<Change<T>>, changed: () => void): Mirror<T> => {
  let objects: Map<string, T> | undefined
  const follow = async (): Promise<never> => {
    for await (const change of changes) {
      if (change.type === 'known') objects = new Map(change.objects.map((object) => [uidOf(object), object]))
      else if (change.type === 'DELETED') objects?.delete(uidOf(change.object))
      else objects?.set(uidOf(change.object), change.object)
      changed()
    }
    throw new Error('a watch ended by itself')
  }
  const failed = follow()
  // Whoever races it hears of it; until then it must not count as unheard.
  failed.catch(() => undefined)
  return { objects: () => objects && [...objects.values()], failed }
}

const uidOf = ({ metadata }: KubeObject): string => metadata?.uid ?? ''
