import type { Cluster } from '../cluster.ts'
import { chosenRouter } from '../routers/index.ts'
import type { RoleNames } from './permissions.ts'

/** What the objects are called in a cluster; the Service is called like the workload where nothing else is known. */
export const roleNames = (
  { namespace, app, options }: Pick<Cluster, 'namespace' | 'app' | 'options'>,
  environment: string,
  front: string | undefined,
): RoleNames => {
  const workload = options.workload.slice(options.workload.indexOf('/') + 1)
  const router = chosenRouter(options.router)
  return {
    namespace,
    app,
    environment,
    workload,
    service: front ?? options.service ?? workload,
    route: (router.name === 'gateway-api' ? router.settings.route : undefined) ?? workload,
  }
}
