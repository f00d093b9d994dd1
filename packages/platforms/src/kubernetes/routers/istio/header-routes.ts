import type { Header } from '../weights/sharing.ts'
import type { HttpMatch, HttpRoute, RouteDestination, VirtualService } from './objects.ts'

type IsCanary = (destination: RouteDestination) => boolean

/** A route for requests with a header to the canary alone, which only deploy-kit makes. */
export const isHeaderRoute = ({ route = [], match = [] }: HttpRoute, isCanary: IsCanary): boolean =>
  route.length === 1 && route.every(isCanary) && match.length > 0 && match.every(({ headers }) => headers !== undefined)

/** Each stands directly above the route that it is made from: the first match wins (Istio, VirtualService.http). */
export const withHeaderRoutes = (
  service: VirtualService,
  headers: readonly Header[],
  prefix: string,
  isCanary: IsCanary,
): VirtualService => {
  const { http = [] } = service.spec
  if (http.some((route) => isHeaderRoute(route, isCanary))) return service
  const routes = http.flatMap((route, index): HttpRoute[] => {
    const destination = route.route?.find(isCanary)
    if (destination === undefined) return [route]
    const { match = [{}] } = route
    const byHeader = {
      ...route,
      name: `${prefix}-by-header-${index}`,
      match: match.flatMap((each) => headers.map((header) => withHeader(each, header))),
      route: [{ ...destination, weight: 100 }],
    }
    return [byHeader, route]
  })
  return { ...service, spec: { ...service.spec, http: routes } }
}

const withHeader = (match: HttpMatch, { name, value, isPattern = false }: Header): HttpMatch => ({
  ...match,
  headers: { ...match.headers, [name.toLowerCase()]: isPattern ? { regex: value } : { exact: value } },
})

export const withoutHeaderRoutes = (service: VirtualService, isCanary: IsCanary): VirtualService => {
  const { http } = service.spec
  if (http?.some((route) => isHeaderRoute(route, isCanary)) !== true) return service
  return { ...service, spec: { ...service.spec, http: http.filter((route) => !isHeaderRoute(route, isCanary)) } }
}
