import { setAt } from '../weights/pointer.ts'
import { patchWeights, type SharedList, type Sharing } from '../weights/sharing.ts'
import { isHeaderRoute, withHeaderRoutes, withoutHeaderRoutes } from './header-routes.ts'
import type { TraefikBackend, TraefikObject } from './objects.ts'

/** Weights of Traefik's weighted round robin, which are 1 when absent. Stickiness and mirrors stay as they are. */
export const traefikSharing = (namespace: string): Sharing<TraefikObject, TraefikBackend> => ({
  lists: ({ spec }, sides) => {
    const weighted = spec.weighted?.services
    const whole: SharedList<TraefikBackend>[] = weighted === undefined ? [] : [{ at: '/spec/weighted/services', destinations: weighted }]
    const routes = (spec.routes ?? []).map((route, index) => ({
      at: `/spec/routes/${index}/services`,
      destinations: route.services ?? [],
      byHeader: isHeaderRoute(route, sides),
    }))
    return [...whole, ...routes]
  },
  withList: setAt,
  serviceOf: ({ kind = 'Service', name, namespace: own }, { metadata }) =>
    kind === 'Service' && (own ?? metadata?.namespace) === namespace ? name : `${kind}/${own ?? ''}/${name}`,
  towards: (backend, name) => ({ ...backend, name }),
  absentIn: () => 1,
  largest: 1_000_000,
  patchOf: (_object, list, changed) => patchWeights(list, changed, 'name', ({ name }) => name),
  byHeader: { with: withHeaderRoutes, without: withoutHeaderRoutes },
})
