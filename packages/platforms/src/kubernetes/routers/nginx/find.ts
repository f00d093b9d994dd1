import { KitError } from '@deploy-kit/core'
import { kinds, pathOf, type KubeObject } from '../../api/index.ts'
import type { Ingress } from '../../objects/models.ts'
import type { RouterContext } from '../router.ts'
import { classOf, hostPathsOf, leadsTo, placeOf } from './ingress.ts'

interface IngressClass extends KubeObject {
  readonly spec?: { readonly controller?: string }
}

export const isCanary = (prefix: string, { metadata }: Ingress): boolean => metadata?.annotations?.[`${prefix}/canary`] === 'true'

export const ingressesIn = async ({ client, namespace }: RouterContext, signal: AbortSignal): Promise<readonly Ingress[]> =>
  (await client.list<Ingress>(pathOf(kinds.ingress, namespace), { signal })).items

/** Whether ingress-nginx serves a class: its IngressClass says so; where that may not be read, its name does. */
const isNginxs = async (className: string | undefined, { client }: RouterContext, signal: AbortSignal): Promise<boolean> => {
  if (className === undefined) return false
  try {
    const found = await client.get<IngressClass>(`/apis/networking.k8s.io/v1/ingressclasses/${encodeURIComponent(className)}`, { signal })
    return found === undefined ? className === 'nginx' : found.spec?.controller === 'k8s.io/ingress-nginx'
  } catch (error) {
    if (error instanceof KitError && error.code === 'cluster-forbidden') return className === 'nginx'
    throw error
  }
}

/** The Ingresses of ingress-nginx that send traffic to the Service and are no canaries themselves. */
export const mainIngresses = async (context: RouterContext, prefix: string, signal: AbortSignal): Promise<readonly Ingress[]> => {
  const candidates = (await ingressesIn(context, signal)).filter(
    (ingress) => !isCanary(prefix, ingress) && hostPathsOf(ingress).some(leadsTo(context.services.stable)),
  )
  const served = await Promise.all(candidates.map((ingress) => isNginxs(classOf(ingress), context, signal)))
  return candidates.filter((_, index) => served[index])
}

/**
 * ingress-nginx takes one canary for each rule, and silently none of several.
 * @throws KitError `foreign-writer` naming the canary of somebody else
 */
export const refuseOtherCanaries = (all: readonly Ingress[], wanted: Ingress, prefix: string): void => {
  const places = new Set(hostPathsOf(wanted).map(placeOf))
  for (const other of all) {
    if (other.metadata?.name === wanted.metadata?.name || !isCanary(prefix, other) || classOf(other) !== classOf(wanted)) continue
    const shared = hostPathsOf(other)
      .map(placeOf)
      .find((place) => places.has(place))
    if (shared === undefined) continue
    throw new KitError(
      'foreign-writer',
      `The Ingress ${other.metadata?.name} is a canary of ${shared} already, and ingress-nginx takes one only. Nothing was touched.`,
    )
  }
}
