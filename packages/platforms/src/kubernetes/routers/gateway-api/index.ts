import { kinds } from '../../api/index.ts'
import { canaryHeadersOf, headersOf } from '../header-options.ts'
import type { RouterContext, RouterModule } from '../router.ts'
import { awaitState } from '../weights/await-state.ts'
import { findShared, foundRoute, pathsOf } from '../weights/find-shared.ts'
import { weightedRouter } from '../weights/weighted-router.ts'
import type { GatewayApiOptions } from './options.ts'
import { routeSharing } from './sharing.ts'
import { takenBy } from './taken.ts'

const kindOf = { HTTPRoute: kinds.httpRoute, GRPCRoute: kinds.grpcRoute } as const

const routesOf = ({ client, namespace, services }: RouterContext, options: GatewayApiOptions, signal: AbortSignal) => {
  const where = options.namespace ?? namespace
  if (options.route !== undefined) return Promise.resolve([foundRoute(kindOf[options.kind ?? 'HTTPRoute'], where, options.route)])
  const wanted = options.kind === undefined ? Object.values(kindOf) : [kindOf[options.kind]]
  return findShared(client, wanted, where, routeSharing(namespace), services, signal)
}

/** Weights in HTTPRoutes and GRPCRoutes of the Gateway API (gateway.networking.k8s.io/v1). */
const gatewayApi: Required<RouterModule<GatewayApiOptions>> = {
  find: (context, signal) => routesOf(context, {}, signal),
  open: async (options, context, signal) =>
    weightedRouter(
      {
        name: 'gateway-api',
        paths: pathsOf(await routesOf(context, options, signal), 'HTTPRoute or GRPCRoute', context.services),
        sharing: routeSharing(context.namespace),
        headers: headersOf(options),
        canaryHeaders: canaryHeadersOf(options),
        taken: (path, written, waiting) => awaitState(path, written, takenBy, context, waiting),
      },
      context,
    ),
}

export const { open, find } = gatewayApi
