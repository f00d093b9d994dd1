import { KitError } from '@deploy-kit/core'
import { kinds } from '../../api/index.ts'
import { canaryHeadersOf, headersOf } from '../header-options.ts'
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
    const headers = headersOf(options)
    const weighted = paths.filter((path) => path.includes(`/${kinds.traefikService.plural}/`))
    if (headers.length > 0 && weighted.length > 0)
      throw new KitError(
        'plan-impossible',
        `The TraefikService ${weighted.map((path) => path.split('/').at(-1)).join(', ')} cannot send requests to the canary by a header or a cookie: it knows weights alone.`,
        { remedy: 'Name an IngressRoute with the Service in its routes (`kind: IngressRoute`), or leave `header` and `cookie` away.' },
      )
    return weightedRouter(
      { name: 'traefik', paths, sharing: traefikSharing(context.namespace), headers, canaryHeaders: canaryHeadersOf(options) },
      context,
    )
  },
}

export const { open, find } = traefik
