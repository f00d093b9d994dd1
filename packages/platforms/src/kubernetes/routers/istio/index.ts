import { kinds } from '../../api/index.ts'
import { canaryHeadersOf, headersOf } from '../header-options.ts'
import type { RouterContext, RouterModule } from '../router.ts'
import { findShared, foundRoute, pathsOf } from '../weights/find-shared.ts'
import { weightedRouter } from '../weights/weighted-router.ts'
import type { IstioOptions } from './options.ts'
import { istioSharing } from './sharing.ts'
import { destinationRuleTwin } from './twin.ts'

const servicesOf = ({ client, namespace, services }: RouterContext, options: IstioOptions, signal: AbortSignal) => {
  const where = options.namespace ?? namespace
  const name = options['virtual-service']
  if (name !== undefined) return Promise.resolve([foundRoute(kinds.virtualService, where, name)])
  return findShared(client, [kinds.virtualService], where, istioSharing(namespace, options), services, signal)
}

/**
 * Weights in VirtualServices of Istio (networking.istio.io/v1). The canary is a host of its own, because its pods are not among those of
 * stable's Service (ADR 9). Istio notes in no status that its proxies have a route; a change is taken when the API server has it.
 */
const istio: Required<RouterModule<IstioOptions>> = {
  find: (context, signal) => servicesOf(context, {}, signal),
  open: async (options, context, signal) => {
    const twin = destinationRuleTwin(context)
    const router = weightedRouter(
      {
        name: 'istio',
        paths: pathsOf(await servicesOf(context, options, signal), 'VirtualService', context.services),
        sharing: istioSharing(context.namespace, options),
        headers: headersOf(options),
        canaryHeaders: canaryHeadersOf(options),
      },
      context,
    )
    return {
      ...router,
      attach: async (until) => {
        await twin.make(until)
        await router.attach(until)
      },
      detach: async (until) => {
        await router.detach(until)
        await twin.remove(until)
      },
    }
  },
}

export const { open, find } = istio
