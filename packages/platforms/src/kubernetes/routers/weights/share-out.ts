import { KitError } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import type { KubeObject } from '../../api/index.ts'
import { forget, originalOf, remember, type Original } from './originals.ts'
import { divided, has, sum, weigh } from './pairs.ts'
import type { Destination, Header, PatchOperation, SharedList, Sharing, Sides } from './sharing.ts'

/** What a router does to its object, without doing it: pure functions from the object that is to the object that shall be. */
export interface ShareOut<T extends KubeObject> {
  /** Percent of the two sides' requests that the canary gets. @throws KitError `foreign-writer` when rules of the object differ */
  readonly weightIn: (object: T) => Percent
  /** Whether the canary is in a list at all. */
  readonly isAttached: (object: T) => boolean
  /** The canary at weight 0 beside stable in every list that has stable. @throws KitError `route-missing` when none has */
  readonly attached: (object: T) => T
  readonly withWeight: (object: T, percent: Percent) => T
  /** Without the canary, and as it was before. */
  readonly detached: (object: T) => T
  /** One request that leaves the canary without traffic. Empty when the canary is not there. */
  readonly wayHome: (object: T) => readonly PatchOperation[]
}

export const shareOut = <T extends KubeObject, D extends Destination>(
  sharing: Sharing<T, D>,
  sides: Sides,
  headers: readonly Header[],
): ShareOut<T> => {
  const listsOf = (object: T): readonly SharedList<D>[] => sharing.lists(object, sides).filter(({ byHeader = false }) => !byHeader)
  const weighedOf = (object: T, { destinations }: SharedList<D>) => weigh(sharing, object, destinations, sides)
  const nameIn = (object: T) => (destination: D) => sharing.serviceOf(destination, object) ?? ''
  const isStables = (object: T) => (list: SharedList<D>) => has(weighedOf(object, list), 'stable')
  const isShared = (object: T) => (list: SharedList<D>) => has(weighedOf(object, list), 'canary')

  const mapLists = (object: T, which: (list: SharedList<D>) => boolean, change: (list: SharedList<D>, index: number) => readonly D[]): T =>
    listsOf(object)
      .filter(which)
      .reduce((changed, list, index) => sharing.withList(changed, list.at, change(list, index)), object)

  const withCanary = (object: T, { destinations }: SharedList<D>): readonly D[] => {
    const weighed = weigh(sharing, object, destinations, sides)
    if (has(weighed, 'canary')) return destinations
    return destinations.flatMap((destination, index) => {
      const { role, weight } = weighed[index] ?? { role: 'none', weight: 0 }
      if (role === 'none' || (role === 'other' && destination.weight === undefined && weight === 0)) return [destination]
      const stated = { ...destination, weight }
      // Filters of a destination belong to it: the canary is reached as stable is.
      return role === 'stable' ? [stated, { ...sharing.towards(stated, sides.canary), weight: 0 }] : [stated]
    })
  }

  const restored = (object: T, list: SharedList<D>, original: Original | undefined): readonly D[] => {
    const weighed = weighedOf(object, list)
    const keepsCanary = original?.some(([name]) => name === sides.canary) ?? false
    const kept = list.destinations.filter((_, index) => keepsCanary || weighed[index]?.role !== 'canary')
    if (original !== undefined) return kept.map((destination, index) => weighing(destination, original[index]?.[1] ?? undefined))
    // Nobody knows what it was: stable takes what the two had.
    const both = sum(weighed, 'stable', 'canary')
    return kept.map((destination) => (nameIn(object)(destination) === sides.stable ? weighing(destination, both) : destination))
  }

  return {
    weightIn: (object) => {
      const shares = listsOf(object).flatMap((list) => {
        const weighed = weighedOf(object, list)
        const both = sum(weighed, 'stable', 'canary')
        return both === 0 ? [] : [Math.round((100 * sum(weighed, 'canary')) / both)]
      })
      const [share = 0] = shares
      if (shares.every((other) => other === share)) return share
      const all = `${shares.join(' %, ')} %`
      throw new KitError(
        'foreign-writer',
        `The rules of ${calling(object)} give the canary different weights: ${all}. Nothing was touched.`,
      )
    },

    isAttached: (object) => listsOf(object).some(isShared(object)),

    attached: (object) => {
      const lists = listsOf(object).filter(isStables(object))
      if (lists.length === 0)
        throw new KitError('route-missing', `Nothing in ${calling(object)} sends traffic to the Service ${sides.stable}.`, {
          remedy: 'Name the Service that the route uses, or the route that uses the Service.',
        })
      if (lists.every(isShared(object)) && originalOf(object, sides) !== undefined) return object
      const originals = lists.map(({ destinations }) =>
        destinations.map((each): Original[number] => [nameIn(object)(each), each.weight ?? null]),
      )
      const beside = mapLists(object, isStables(object), (list) => withCanary(object, list))
      const shared = mapLists(beside, isShared(beside), (list) => divided(sharing, beside, list, 0, sides))
      const routed = headers.length === 0 ? shared : (sharing.byHeader?.with(shared, headers, sides) ?? shared)
      return remember(sharing.keepsake?.attached(object, routed) ?? routed, sides, originals)
    },

    withWeight: (object, percent) =>
      mapLists(
        object,
        (list) => isStables(object)(list) && isShared(object)(list),
        (list) => divided(sharing, object, list, percent, sides),
      ),

    detached: (object) => {
      const originals = originalOf(object, sides)
      const plain = sharing.byHeader?.without(object, sides) ?? object
      if (originals === undefined && !listsOf(plain).some(isShared(plain))) return plain
      const without = mapLists(plain, isStables(plain), (list, index) =>
        isShared(plain)(list)
          ? restored(plain, list, originalFor(list.destinations.map(nameIn(plain)), index, originals ?? [], sides))
          : list.destinations,
      )
      return forget(sharing.keepsake?.detached(without) ?? without, sides)
    },

    wayHome: (object) =>
      listsOf(object)
        .filter(isShared(object))
        .flatMap((list) => sharing.patchOf(object, list, divided(sharing, object, list, 0, sides))),
  }
}

/** What was noted of a list: by its place among those that have stable, else by the destinations it has. */
const originalFor = (names: readonly string[], index: number, originals: readonly Original[], { canary }: Sides): Original | undefined => {
  const fits = (original: Original | undefined): boolean => {
    const noted = original?.map(([name]) => name) ?? []
    const now = noted.includes(canary) ? names : names.filter((name) => name !== canary)
    return noted.length === now.length && noted.every((name, at) => name === now[at])
  }
  return fits(originals[index]) ? originals[index] : originals.find(fits)
}

const weighing = <D extends Destination>(destination: D, weight: number | undefined): D => {
  if (weight !== undefined) return { ...destination, weight }
  const { weight: _gone, ...rest } = destination
  return rest as D
}

const calling = ({ kind = 'the route', metadata }: KubeObject): string => `${kind} ${metadata?.name ?? ''}`.trim()
