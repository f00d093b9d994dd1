import { setAt } from '../weights/pointer.ts'
import { patchWeights, type Header, type Sharing, type Sides } from '../weights/sharing.ts'
import type { HttpProxy, ProxyRoute, ProxyService } from './http-proxy.ts'

export const contourSharing: Sharing<HttpProxy, ProxyService> = {
  lists: ({ spec }, sides) =>
    (spec.routes ?? []).map((route, index) => ({
      at: `/spec/routes/${index}/services`,
      destinations: route.services ?? [],
      byHeader: isHeaderRoute(route, sides),
    })),
  withList: setAt,
  serviceOf: ({ name, mirror = false }) => (mirror ? undefined : name),
  towards: (service, name) => ({ ...service, name }),
  absentIn: (services) => (services.every(({ weight = 0 }) => weight === 0) ? 1 : 0),
  largest: 1_000_000,
  patchOf: (_proxy, list, changed) => patchWeights(list, changed, 'name', ({ name }) => name),
  byHeader: {
    // The route with more conditions on headers is the more specific one (Contour, request routing), wherever it stands.
    with: (proxy, headers, sides) => {
      const { routes = [] } = proxy.spec
      if (routes.some((route) => isHeaderRoute(route, sides))) return proxy
      const added = routes.flatMap((route) => headers.flatMap((header) => byHeader(route, header, sides)))
      return { ...proxy, spec: { ...proxy.spec, routes: [...added, ...routes] } }
    },
    without: (proxy, sides) => {
      const { routes } = proxy.spec
      if (routes?.some((route) => isHeaderRoute(route, sides)) !== true) return proxy
      return { ...proxy, spec: { ...proxy.spec, routes: routes.filter((route) => !isHeaderRoute(route, sides)) } }
    },
  },
}

/** A route for requests with a header to the canary alone, which only deploy-kit makes. */
const isHeaderRoute = ({ services = [], conditions = [] }: ProxyRoute, { canary }: Sides): boolean =>
  services.length === 1 && services[0]?.name === canary && conditions.some(({ header }) => (header?.exact ?? header?.regex) !== undefined)

const byHeader = (route: ProxyRoute, { name, value, isPattern = false }: Header, { canary }: Sides): readonly ProxyRoute[] => {
  const service = route.services?.find((each) => each.name === canary)
  if (service === undefined) return []
  const conditions = [...(route.conditions ?? []), { header: { name, ...(isPattern ? { regex: value } : { exact: value }) } }]
  return [{ ...route, conditions, services: [{ ...service, weight: 1 }] }]
}
