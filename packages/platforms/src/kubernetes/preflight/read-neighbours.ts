import { orNone, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { neighbourKinds } from './neighbours.ts'
import type { Neighbours } from './situation.ts'

interface GroupList extends KubeObject {
  readonly groups?: readonly { readonly name: string; readonly preferredVersion?: { readonly groupVersion: string } }[]
}

/** The objects of all kinds of others that the cluster knows: one request for its groups, one for each kind that it has. */
export const readNeighbours = async ({ client, namespace }: Place, signal: AbortSignal): Promise<readonly Neighbours[]> => {
  const groups = await neighbourGroups({ client }, signal)
  return Promise.all(
    neighbourKinds.flatMap((kind) => {
      const version = groups.get(kind.group)
      if (version === undefined) return []
      const path = `/apis/${version}/namespaces/${encodeURIComponent(namespace)}/${kind.plural}`
      return [orNone(client.list(path, { signal }), { items: [] }).then(({ items }) => ({ kind, objects: items }))]
    }),
  )
}

/** Preferred version of each API group that the cluster has, as `group/version`. */
export const neighbourGroups = async ({ client }: Pick<Place, 'client'>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> => {
  const list = await client.get<GroupList>('/apis', { signal })
  return new Map((list?.groups ?? []).map(({ name, preferredVersion }) => [name, preferredVersion?.groupVersion ?? '']))
}
