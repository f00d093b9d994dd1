import type { KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { namedRoute, type KnownOfCluster } from './parts.ts'
import type { RoleNames } from './permissions.ts'

/** What is called otherwise than the workload, where it was looked at. */
export interface Looked extends Partial<KnownOfCluster> {
  /** Service in front of the workload. */
  readonly front?: string | undefined
  /** What scales the workload. */
  readonly autoscalers?: readonly string[]
  /** What comes beside the workload, where it is not what the files hold now. */
  readonly objects?: readonly KubeObject[] | undefined
}

/** What the objects are called in a cluster; everything is called like the workload where nothing else is known. */
export const roleNames = (
  { namespace, app, options }: Pick<Place, 'namespace' | 'app' | 'options'>,
  environment: string,
  { front, inUse = [], autoscalers = [] }: Looked = {},
): RoleNames => {
  const workload = options.workload.slice(options.workload.indexOf('/') + 1)
  const found = inUse.flatMap(({ routes }) => routes.map(({ path }) => decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))))
  const named = namedRoute(options.router)
  return {
    namespace,
    app,
    environment,
    workload,
    service: front ?? options.service ?? workload,
    routes: named === undefined ? (found.length > 0 ? [...new Set(found)] : [workload]) : [named],
    autoscalers: autoscalers.length > 0 ? autoscalers : [workload],
  }
}
