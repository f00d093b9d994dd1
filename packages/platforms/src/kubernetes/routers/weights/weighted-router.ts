import { KitError, patient, pauseMs, urgent, type RetryPolicy } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import type { KubeObject } from '../../api/index.ts'
import type { Router, RouterContext } from '../router.ts'
import { shareOut } from './share-out.ts'
import { rewritten } from './rewritten.ts'
import type { Destination, Header, Sharing } from './sharing.ts'

export interface WeightedRequest<T extends KubeObject, D extends Destination> {
  readonly name: string
  /** Paths of all objects that share the traffic of the Service. They change together. */
  readonly paths: readonly string[]
  readonly sharing: Sharing<T, D>
  /** Headers that bring a request to the canary, and those that a request of our own sends. */
  readonly headers?: readonly Header[]
  readonly canaryHeaders?: Router['canaryHeaders']
  /** Returns when the router has taken the object that was written. At once where it never says. */
  readonly taken?: (path: string, written: T, signal: AbortSignal) => Promise<void>
}

/** A router whose objects share traffic by weights. */
export const weightedRouter = <T extends KubeObject, D extends Destination>(
  { name, paths, sharing, headers = [], canaryHeaders, taken = () => Promise.resolve() }: WeightedRequest<T, D>,
  { client, clock, services }: RouterContext,
): Router => {
  const { weightIn, attached, withWeight, detached, wayHome } = shareOut(sharing, services, headers)
  /** The objects as they were last seen, from which the way home is prepared. */
  const last = new Map<string, T>()

  const read = async (path: string, signal: AbortSignal, policy: RetryPolicy = patient): Promise<T> => {
    const object = await client.get<T>(path, { signal, policy })
    if (object === undefined) throw new KitError('route-missing', `The object ${path.split('/').slice(-2).join('/')} is not there.`)
    last.set(path, object)
    return object
  }
  const each = async <R>(work: (path: string) => Promise<R>): Promise<readonly R[]> => Promise.all(paths.map(work))
  const change = async (to: (object: T) => T, signal: AbortSignal, known?: ReadonlyMap<string, T>): Promise<void> => {
    await each(async (path) => {
      const written = await rewritten(client, { path, known: known?.get(path), read: () => read(path, signal), to }, signal)
      last.set(path, written)
      await taken(path, written, signal)
    })
  }
  /** One request. Another only when somebody has rearranged the object since it was read, which the tests of the patch find. */
  const home = async (path: string, signal: AbortSignal): Promise<void> => {
    const patch = async (object: T): Promise<T> => {
      const operations = wayHome(object)
      return operations.length === 0 ? object : client.patch<T>(path, operations, { type: 'json-patch', signal, policy: urgent })
    }
    let object = last.get(path) ?? (await read(path, signal, urgent))
    for (let attempt = 1; ; attempt += 1) {
      try {
        const now = await patch(object)
        last.set(path, now)
        if ((now !== object || attempt > 1) && weightIn(now) === 0) return
        if (attempt > urgent.retries) throw new KitError('cluster-conflict', `Somebody else raises the weight in ${name} again and again.`)
      } catch (error) {
        if (!isRearranged(error) || attempt > urgent.retries) throw error
        await clock.sleep(
          pauseMs(urgent, attempt, () => 0),
          signal,
        )
      }
      object = await read(path, signal, urgent)
    }
  }
  /**
   * Sets the weight in all objects, or in none when a foreign one stands there. The largest of them counts: a run may have died between
   * two objects. What somebody writes in the middle of it is foreign all the same.
   */
  const raise = async (percent: Percent, expected: Percent | undefined, signal: AbortSignal): Promise<void> => {
    const objects = new Map(await each(async (path) => [path, await read(path, signal)] as const))
    const foreign = (found: Percent): KitError => {
      const called = [...objects.values()].map(({ kind = '', metadata }) => `${kind} ${metadata?.name ?? ''}`.trim()).join(', ')
      const had = `deploy-kit had set ${expected} %`
      return new KitError('foreign-writer', `The weight of the canary in ${called} is ${found} %; ${had}. It was left as it is.`)
    }
    const found = [...objects.values()].map((object) => weightIn(object))
    const largest = Math.max(...found)
    if (expected !== undefined && largest !== expected && largest !== percent) throw foreign(largest)
    const known = new Set([expected, percent, ...found])
    await change(
      (object) => {
        const now = weightIn(object)
        if (expected !== undefined && !known.has(now)) throw foreign(now)
        return withWeight(object, percent)
      },
      signal,
      objects,
    )
  }

  return {
    name,
    ...(canaryHeaders !== undefined && { canaryHeaders }),
    // Several objects can differ for a moment, or after a run that died between two of them: the risk is the largest.
    weight: async (signal) => Math.max(...(await each(async (path) => weightIn(await read(path, signal))))),
    attach: (signal) => change(attached, signal),
    setWeight: async (percent, expected, signal) => {
      if (percent === 0) await each((path) => home(path, signal))
      else await raise(percent, expected, signal)
    },
    detach: (signal) => change(detached, signal),
  }
}

const isRearranged = (error: unknown): boolean =>
  error instanceof KitError && (error.code === 'cluster-refused' || error.code === 'cluster-conflict')
