import type { Cluster } from '../cluster.ts'
import { chosenRouter, type ChosenRouter } from '../routers/index.ts'
import type { RoleNames } from './permissions.ts'

/** Name of the object whose weights are changed, where the options say it. */
const routeOf = ({ name, settings }: ChosenRouter): string | undefined => {
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

/** What the objects are called in a cluster; the Service is called like the workload where nothing else is known. */
export const roleNames = (
  { namespace, app, options }: Pick<Cluster, 'namespace' | 'app' | 'options'>,
  environment: string,
  front: string | undefined,
): RoleNames => {
  const workload = options.workload.slice(options.workload.indexOf('/') + 1)
  return {
    namespace,
    app,
    environment,
    workload,
    service: front ?? options.service ?? workload,
    route: routeOf(chosenRouter(options.router)) ?? workload,
  }
}
