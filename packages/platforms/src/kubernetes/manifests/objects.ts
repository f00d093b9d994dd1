import { KitError } from '@deploy-kit/core'
import type { KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { ours } from '../objects/labels.ts'
import { asLabel } from '../objects/names.ts'
import { nameOf } from '../workload/observe.ts'
import { discovery, isDefinedBy, type Discovery } from './discovery.ts'
import { takeOver } from './field-managers.ts'
import { calledObject, identityOf } from './manifest.ts'
import { inOrder, isNeverPruned } from './order.ts'

/** On what was created for a canary: it goes with the canary, unless that is promoted. */
export const madeFor = 'deploy-kit.io/made-for'

/** What goes with the workload: Services, roles, custom resources and the like. */
export interface CompanionObjects {
  readonly discovery: Discovery
  /** Creates those that are not there at all, for a release that is not promoted yet. */
  create(objects: readonly KubeObject[], release: string, signal: AbortSignal): Promise<void>
  /** Applies them all, in an order in which each finds what it needs. */
  apply(objects: readonly KubeObject[], signal: AbortSignal): Promise<void>
  /** Removes those that deploy-kit has created for this workload; with `release`, those alone that were created for its canary. */
  remove(objects: readonly KubeObject[], signal: AbortSignal, release?: string): Promise<void>
}

const definedWithinMs = 10_000
const pollMs = 200

export const companionObjects = (cluster: Place): CompanionObjects => {
  const { client, namespace, app, clock, log } = cluster
  const known = discovery(client, namespace)
  const labels = { [ours.app]: asLabel(app), [ours.workload]: asLabel(nameOf(cluster)) }

  /** A kind that the manifests define themselves takes the server a moment to learn. */
  const pathOfObject = async (object: KubeObject, all: readonly KubeObject[], signal: AbortSignal): Promise<string> => {
    const deadline = clock.now() + (isDefinedBy(all, object) ? definedWithinMs : 0)
    while (clock.now() < deadline && (await known.find(object, signal)) === undefined) await clock.sleep(pollMs, signal)
    return known.path(object, signal)
  }
  const isOurs = (live: KubeObject | undefined): boolean =>
    Object.entries(labels).every(([key, value]) => live?.metadata?.labels?.[key] === value)
  const write = async (
    path: string,
    object: KubeObject,
    live: KubeObject | undefined,
    annotations: object,
    signal: AbortSignal,
  ): Promise<void> => {
    const { metadata } = object
    const marked = live === undefined || isOurs(live) ? labels : {}
    const merged = { ...metadata?.annotations, ...annotations }
    const wanted = {
      ...object,
      metadata: { ...metadata, labels: { ...metadata?.labels, ...marked }, ...(Object.keys(merged).length > 0 && { annotations: merged }) },
    }
    if (live !== undefined) await takeOver(client, path, false, signal)
    await client.apply(path, wanted, { signal }).catch((error: unknown) => {
      if (error instanceof KitError)
        throw new KitError(error.code, `${calledObject(object)}: ${error.message}`, { cause: error, remedy: error.remedy })
      throw error
    })
  }

  return {
    discovery: known,
    create: async (objects, release, signal) => {
      for (const object of inOrder(objects)) {
        const path = await pathOfObject(object, objects, signal)
        if ((await client.get(path, { signal })) === undefined) await write(path, object, undefined, { [madeFor]: release }, signal)
      }
    },
    apply: async (objects, signal) => {
      for (const object of inOrder(objects)) {
        const path = await pathOfObject(object, objects, signal)
        await write(path, object, await client.get(path, { signal }), {}, signal)
      }
    },
    remove: async (objects, signal, release) => {
      for (const object of inOrder(objects).toReversed()) {
        const kind = await known.find(object, signal)
        if (kind === undefined || isNeverPruned(object)) continue
        const path = await known.path(object, signal)
        const live = await client.get(path, { signal })
        if (live === undefined || !isOurs(live)) continue
        if (release !== undefined && live.metadata?.annotations?.[madeFor] !== release) continue
        await client.remove(path, { signal, preconditions: { uid: live.metadata?.uid ?? '' } })
        log.info(
          `removed ${calledObject(object)}: ${release === undefined ? 'the manifests do not have it any more' : 'it was there for the canary alone'}`,
        )
      }
    },
  }
}

/** Objects of some that others do not have. */
export const withoutThose = (objects: readonly KubeObject[], others: readonly KubeObject[]): readonly KubeObject[] => {
  const known = new Set(others.map(identityOf))
  const found = new Map(objects.filter((object) => !known.has(identityOf(object))).map((object) => [identityOf(object), object]))
  return [...found.values()]
}
