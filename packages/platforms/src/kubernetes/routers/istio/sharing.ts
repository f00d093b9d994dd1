import { setAt } from '../weights/pointer.ts'
import { patchWeights, type Sharing, type Sides } from '../weights/sharing.ts'
import { isHeaderRoute, withHeaderRoutes, withoutHeaderRoutes } from './header-routes.ts'
import { hostOf, serviceOfHost } from './hosts.ts'
import type { RouteDestination, VirtualService } from './objects.ts'
import type { IstioOptions } from './options.ts'

/** Weights of HTTP routes. TCP and TLS routes, delegates and mirrors stay as they are. */
export const istioSharing = (
  namespace: string,
  { route: wanted, subset }: Pick<IstioOptions, 'route' | 'subset'>,
): Sharing<VirtualService, RouteDestination> => {
  const serviceOf = ({ destination }: RouteDestination, { metadata }: VirtualService): string => {
    const service = serviceOfHost(destination.host, metadata?.namespace ?? namespace, namespace)
    const isOurs = subset === undefined || destination.subset === subset
    return service !== undefined && isOurs ? service : `${destination.host}/${destination.subset ?? ''}`
  }
  const toCanary =
    (service: VirtualService, { canary }: Sides) =>
    (destination: RouteDestination) =>
      serviceOf(destination, service) === canary
  return {
    lists: (service, sides) =>
      (service.spec.http ?? []).flatMap((route, index) => {
        const byHeader = isHeaderRoute(route, toCanary(service, sides))
        if (wanted !== undefined && route.name !== wanted && !byHeader) return []
        return route.route === undefined ? [] : [{ at: `/spec/http/${index}/route`, destinations: route.route, byHeader }]
      }),
    withList: setAt,
    serviceOf,
    towards: (each, service) => ({ ...each, destination: { ...each.destination, host: hostOf(each.destination.host, service) } }),
    absentIn: (destinations) => (destinations.length === 1 ? 100 : 0),
    largest: 1_000_000,
    patchOf: (_service, list, changed) => patchWeights(list, changed, 'destination/host', ({ destination }) => destination.host),
    byHeader: {
      with: (service, headers, sides) => withHeaderRoutes(service, headers, sides.canary, toCanary(service, sides)),
      without: (service, sides) => withoutHeaderRoutes(service, toCanary(service, sides)),
    },
  }
}
