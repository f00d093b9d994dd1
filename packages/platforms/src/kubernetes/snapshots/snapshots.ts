import type { Release } from '@deploy-kit/rollout'
import { kinds, overConflicts, pathOf, type Kind } from '../api/index.ts'
import type { Place } from '../place.ts'
import type { Configuration } from '../configuration/copies.ts'
import { selectorText } from '../objects/labels.ts'
import { nameOf } from '../workload/observe.ts'
import type { Blueprint } from './blueprint.ts'
import { blueprintIn, servedAt, snapshotLabels, snapshotName, snapshotObjects, type SnapshotPlace } from './snapshot-object.ts'

/** A snapshot as it is kept. */
export interface Kept {
  readonly name: string
  readonly blueprint: Blueprint
  /** When it last began to serve, milliseconds since the epoch; undefined while it has not. */
  readonly servedAt: number | undefined
}

/** The releases of a workload as they were, kept in its namespace. */
export interface Snapshots {
  find(release: Release, signal: AbortSignal): Promise<Kept | undefined>
  /** All of them, newest first by when they served; those that never did come last. */
  list(signal: AbortSignal): Promise<readonly Kept[]>
  /** Keeps a blueprint; one of the same release takes its place. `served`: when it began to serve, where it has. */
  keep(blueprint: Blueprint, served: number | undefined, signal: AbortSignal): Promise<void>
  /** Notes that a release serves from now on. */
  serves(release: Release, at: number, signal: AbortSignal): Promise<void>
  remove(kept: Kept, signal: AbortSignal): Promise<void>
  /** @throws KitError `snapshot-too-large` */
  refuseTooLarge(blueprint: Blueprint): void
}

export const snapshotsOf = (cluster: Place): Snapshots => {
  const { client, namespace, app } = cluster
  const place: SnapshotPlace = { app, workload: nameOf(cluster), namespace }
  const pathIn = (kind: Kind, name?: string): string => pathOf(kind, namespace, name)
  const create = async (object: Configuration, signal: AbortSignal): Promise<void> => {
    const kind = object.kind === 'Secret' ? kinds.secret : kinds.configMap
    const path = pathIn(kind, object.metadata?.name)
    await overConflicts(async () => {
      const found = await client.get<Configuration>(path, { signal })
      if (found !== undefined && sameContent(found, object)) return
      // What is kept cannot be changed, only made anew.
      if (found !== undefined) await client.remove(path, { signal })
      await client.create(pathIn(kind), object, { signal })
    }, 3)
  }

  return {
    find: async (release, signal) => {
      const name = snapshotName(place, release)
      const map = await client.get<Configuration>(pathIn(kinds.configMap, name), { signal })
      if (map === undefined) return undefined
      const kept = keptOf(map)
      if (kept === undefined || kept.blueprint.origin !== 'manifests') return kept
      // Only manifests bring Secrets, so that nobody else needs to be allowed to read them.
      const secret = await client.get<Configuration>(pathIn(kinds.secret, name), { signal })
      const blueprint = blueprintIn(map, secret)
      return blueprint && { ...kept, blueprint }
    },
    list: async (signal) => {
      const query = { labelSelector: selectorText({ matchLabels: snapshotLabels(place) }) }
      const { items } = await client.list<Configuration>(pathIn(kinds.configMap), { signal, query })
      return items
        .map(keptOf)
        .filter((each) => each !== undefined)
        .toSorted((a, b) => (b.servedAt ?? 0) - (a.servedAt ?? 0))
    },
    refuseTooLarge: (blueprint) => void snapshotObjects(blueprint, place, undefined),
    keep: async (blueprint, served, signal) => {
      for (const object of snapshotObjects(blueprint, place, served)) await create(object, signal)
    },
    serves: async (release, at, signal) => {
      const patch = { metadata: { annotations: { [servedAt]: new Date(at).toISOString() } } }
      await client.patch(pathIn(kinds.configMap, snapshotName(place, release)), patch, { type: 'merge-patch', signal })
    },
    remove: async ({ name, blueprint }, signal) => {
      if (blueprint.origin === 'manifests') await client.remove(pathIn(kinds.secret, name), { signal })
      await client.remove(pathIn(kinds.configMap, name), { signal })
    },
  }
}

const keptOf = (map: Configuration): Kept | undefined => {
  const blueprint = blueprintIn(map, undefined)
  const at = map.metadata?.annotations?.[servedAt]
  return blueprint && { name: map.metadata?.name ?? '', blueprint, servedAt: at === undefined ? undefined : Date.parse(at) }
}

const sameContent = (a: Configuration, b: Configuration): boolean =>
  JSON.stringify([sortedOf(a.data), sortedOf(a.binaryData)]) === JSON.stringify([sortedOf(b.data), sortedOf(b.binaryData)])

const sortedOf = (content: Configuration['data']): readonly (readonly [string, string])[] =>
  Object.entries(content ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
