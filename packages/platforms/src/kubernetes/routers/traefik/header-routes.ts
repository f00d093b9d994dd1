import type { Header, Sides } from '../weights/sharing.ts'
import type { TraefikObject, TraefikRoute } from './objects.ts'

const one = 'Headers?(?:Regexp)?\\(`[^`]*`, ?`[^`]*`\\)'
const matches = new RegExp(`^\\(.*\\) && (?:${one}|\\(${one}(?: \\|\\| ${one})+\\))$`, 's')

/** A route for requests with a header to the canary alone, which only deploy-kit makes. */
export const isHeaderRoute = ({ services = [], match = '' }: TraefikRoute, { canary }: Sides): boolean =>
  services.length === 1 && services[0]?.name === canary && matches.test(match)

/** The longer match comes first by itself (Traefik, router priority), a priority that somebody set is topped by one. */
export const withHeaderRoutes = (object: TraefikObject, headers: readonly Header[], sides: Sides): TraefikObject => {
  const { routes = [] } = object.spec
  if (routes.some((route) => isHeaderRoute(route, sides))) return object
  const added = routes.flatMap((route): TraefikRoute[] => {
    const service = route.services?.find((each) => each.name === sides.canary)
    if (service === undefined) return []
    const matcher = route.syntax === 'v2' ? 'Headers' : 'Header'
    const any = headers.map(({ name, value, isPattern = false }) => `${matcher}${isPattern ? 'Regexp' : ''}(\`${name}\`, \`${value}\`)`)
    return [
      {
        ...route,
        match: `(${route.match ?? ''}) && ${any.length === 1 ? any.join('') : `(${any.join(' || ')})`}`,
        ...(route.priority !== undefined && route.priority !== 0 && { priority: route.priority + 1 }),
        services: [{ ...service, weight: 1 }],
      },
    ]
  })
  return added.length === 0 ? object : { ...object, spec: { ...object.spec, routes: [...added, ...routes] } }
}

export const withoutHeaderRoutes = (object: TraefikObject, sides: Sides): TraefikObject => {
  const { routes } = object.spec
  if (routes?.some((route) => isHeaderRoute(route, sides)) !== true) return object
  return { ...object, spec: { ...object.spec, routes: routes.filter((route) => !isHeaderRoute(route, sides)) } }
}
