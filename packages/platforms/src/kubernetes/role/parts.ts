import type { ServedKind } from '../manifests/discovery.ts'
import { groupOf } from '../manifests/manifest.ts'
import type { KubernetesOptions } from '../options.ts'
import type { InUse } from '../routers/auto/index.ts'
import { chosenRouter } from '../routers/index.ts'
import { permissions, type Part, type Permission } from './permissions.ts'

/** What a cluster says about a configuration, as far as the role depends on it. */
export interface KnownOfCluster {
  /** API groups that it has. */
  readonly groups: ReadonlySet<string>
  /** What sends traffic to the Service now, where the options leave it to be found. */
  readonly inUse: readonly InUse[]
  /** Kinds of the objects that manifests, or a chart, bring beside the workload. */
  readonly brought: readonly ServedKind[]
}

export type RoleOptions = Pick<KubernetesOptions, 'workload' | 'router' | 'metrics' | 'manifests' | 'pin-configuration' | 'helm'>

/**
 * What a configuration needs.
 * @param known without it, a router that is to be found is taken for an HTTPRoute, and optional parts of kinds that a cluster may lack are among it
 */
export const permissionsOf = (options: RoleOptions, known?: KnownOfCluster): readonly Permission[] => {
  const parts = partsOf(options, known?.inUse)
  const isAbsent = ({ part, group }: Permission): boolean =>
    known !== undefined && group !== '' && !known.groups.has(group) && (part === 'findings' || part === 'auto')
  const wanted = permissions.filter(
    (permission) => parts.has(permission.part) && !isAbsent(permission) && !(permission.finds && isKnown(options.router)),
  )
  return [...wanted, ...(known?.brought ?? []).filter(({ namespaced }) => namespaced).map((kind) => broughtBy(options, kind))]
}

const workloadParts: Readonly<Record<string, Part>> = {
  deployment: 'deployments',
  statefulset: 'stateful sets',
  daemonset: 'daemon sets',
}

const partsOf = (options: RoleOptions, inUse: readonly InUse[] | undefined): ReadonlySet<Part> =>
  new Set<Part>([
    'every release',
    ...(options['pin-configuration'] ? (['secrets'] as const) : []),
    ...(options.manifests === undefined ? [] : (['manifests'] as const)),
    ...(options.helm === undefined ? [] : (['helm'] as const)),
    workloadParts[options.workload.split('/')[0] ?? ''] ?? 'deployments',
    ...(isDeployment(options) ? routerParts(options.router, inUse) : []),
    ...(options.metrics === undefined ? [] : (['metrics'] as const)),
    'smoke tests',
    ...(isDeployment(options) ? (['companions', 'autoscalers'] as const) : []),
    'findings',
  ])

/** Nothing shares the traffic of what is released in place, and no canary stands beside it. */
const isDeployment = ({ workload }: RoleOptions): boolean => workload.startsWith('deployment/')

const routerParts = (given: KubernetesOptions['router'], inUse: readonly InUse[] | undefined): readonly Part[] => {
  const { name, settings } = chosenRouter(given)
  switch (name) {
    case 'auto':
      return ['auto', ...(inUse?.flatMap(partsOfFound) ?? (['http routes'] as const))]
    case 'gateway-api':
      return settings.kind === undefined && settings.route === undefined
        ? ['http routes', 'grpc routes']
        : [settings.kind === 'GRPCRoute' ? 'grpc routes' : 'http routes']
    case 'traefik':
      return settings.kind === undefined && settings.name === undefined
        ? ['traefik services', 'ingress routes']
        : [settings.kind === 'IngressRoute' ? 'ingress routes' : 'traefik services']
    case 'none':
    case 'smi':
      return []
    case 'istio':
    case 'linkerd':
    case 'contour':
    case 'alb':
    case 'nginx':
    case 'replicas':
      return [name]
  }
}

/** A router that was found needs the part of its objects; of two kinds, that which they are. */
const partsOfFound = ({ name, routes }: InUse): readonly Part[] => {
  const has = (plural: string): boolean => routes.some(({ path }) => path.includes(`/${plural}/`))
  const either = (of: Readonly<Partial<Record<Part, string>>>): readonly Part[] =>
    (Object.entries(of) as [Part, string][]).filter(([, plural]) => has(plural)).map(([part]) => part)
  if (name === 'gateway-api') return either({ 'http routes': 'httproutes', 'grpc routes': 'grpcroutes' })
  if (name === 'traefik') return either({ 'traefik services': 'traefikservices', 'ingress routes': 'ingressroutes' })
  return name === 'smi' || name === 'none' ? [] : [name]
}

/** Whether nothing has to be looked for: the options name the object whose weights are changed, or the look at all kinds finds it. */
const isKnown = (given: KubernetesOptions['router']): boolean => namedRoute(given) !== undefined || chosenRouter(given).name === 'auto'

/** Name of the object whose weights are changed, where the options say it. */
export const namedRoute = (given: KubernetesOptions['router']): string | undefined => {
  const { name, settings } = chosenRouter(given)
  switch (name) {
    case 'gateway-api':
    case 'linkerd':
      return settings.route
    case 'istio':
      return settings['virtual-service']
    case 'traefik':
      return settings.name
    case 'contour':
      return settings.proxy
    case 'alb':
    case 'nginx':
      return settings.ingress
    case 'auto':
    case 'smi':
    case 'replicas':
    case 'none':
      return undefined
  }
}

/** What earlier manifests had and these have not is removed, so that the names of what may be removed are not known. */
const broughtBy = ({ helm }: RoleOptions, { apiVersion, plural, kind }: ServedKind): Permission => ({
  part: helm === undefined ? 'manifests' : 'helm',
  group: apiVersion.includes('/') ? groupOf(apiVersion) : '',
  resource: plural,
  verbs: ['get', 'create', 'patch', 'delete'],
  why:
    helm === undefined
      ? `applies each ${kind} of the manifests, and removes what they no longer have`
      : `applies each ${kind} of the chart, as Helm does`,
  optional: false,
  finds: false,
})
