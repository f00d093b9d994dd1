import { kinds } from '../../api/index.ts'
import type { RouterContext, RouterModule } from '../router.ts'
import { findShared, foundRoute, pathsOf } from '../weights/find-shared.ts'
import { weightedRouter } from '../weights/weighted-router.ts'
import type { TraefikOptions } from './options.ts'
import { traefikSharing } from './sharing.ts'

const kindOf = { TraefikService: kinds.traefikService, IngressRoute: kinds.ingressRoute } as const

const objectsOf = ({ client, namespace, services }: RouterContext, options: TraefikOptions, signal: AbortSignal) => {
  const where = options.namespace ?? namespace
  if (options.name !== undefined) return Promise.resolve([foundRoute(kindOf[options.kind ?? 'TraefikService'], where, options.name)])
  const wanted = options.kind === undefined ? Object.values(kindOf) : [kindOf[options.kind]]
  return findShared(client, wanted, where, traefikSharing(namespace), services, signal)
}

/**
 * Weights in TraefikServices and IngressRoutes (traefik.io/v1alpha1). Traefik writes no status: a change is taken when the API server
 * has it, and is in effect some tens of milliseconds later.
 */
const traefik: Required<RouterModule<TraefikOptions>> = {
  find: (context, signal) => objectsOf(context, {}, signal),
  open: async (options, context, signal) => {
    const paths = pathsOf(await objectsOf(context, options, signal), 'TraefikService or IngressRoute', context.services)
    // A TraefikService knows weights alone; headers are matched by the routes above it.
    const byRoutes = paths.every((path) => path.includes(`/${kinds.ingressRoute.plural}/`))
    const header = byRoutes ? options.header : undefined
    return weightedRouter({ name: 'traefik', paths, sharing: traefikSharing(context.namespace), header }, context)
  },
}

export const { open, find } = traefik
