import { KitError } from '@deploy-kit/core'
import { pathOf, type Kind, type KubeClient, type KubeObject } from '../../api/index.ts'
import type { FoundRoute } from '../router.ts'
import type { Destination, Sharing, Sides } from './sharing.ts'

/** The objects of some kinds in a namespace that send traffic to stable's Service. A kind that the cluster does not know has none. */
export const findShared = async <T extends KubeObject, D extends Destination>(
  client: KubeClient,
  wanted: readonly Kind[],
  namespace: string,
  sharing: Sharing<T, D>,
  sides: Sides,
  signal: AbortSignal,
): Promise<readonly FoundRoute[]> => {
  const found = wanted.map(async (kind) => {
    const { items } = await client.list<T>(pathOf(kind, namespace), { signal }).catch(noneWhenUnknown)
    const sendsToStable = (object: T): boolean =>
      sharing.lists(object, sides).some(({ destinations }) => destinations.some((each) => sharing.serviceOf(each, object) === sides.stable))
    return items.filter(sendsToStable).map(({ metadata }) => foundRoute(kind, namespace, metadata?.name ?? ''))
  })
  return (await Promise.all(found)).flat()
}

export const foundRoute = (kind: Kind, namespace: string, name: string): FoundRoute => ({
  called: `${kind.kind} ${name}`,
  path: pathOf(kind, namespace, name),
})

/** A list of what the cluster does not know is empty. */
export const noneWhenUnknown = (error: unknown): { readonly items: readonly never[] } => {
  if (error instanceof KitError && error.code === 'cluster-object-missing') return { items: [] }
  throw error
}

/** @throws KitError `route-missing` when there is none */
export const pathsOf = (found: readonly FoundRoute[], what: string, { stable }: Sides): readonly string[] => {
  if (found.length > 0) return found.map(({ path }) => path)
  throw new KitError('route-missing', `No ${what} here sends traffic to the Service ${stable}.`)
}
