import { KitError } from '@deploy-kit/core'
import { kinds, type KubeObject } from '../../api/index.ts'
import type { RouterModule } from '../router.ts'
import { foundRoute, noneWhenUnknown } from '../weights/find-shared.ts'
import { pathOf } from '../../api/index.ts'

interface TrafficSplit extends KubeObject {
  readonly spec?: { readonly service?: string; readonly backends?: readonly { readonly service?: string }[] }
}

/** The Service Mesh Interface was archived in October 2023. It is recognised, so that nobody takes a Service behind a TrafficSplit for one without a router. */
const smi: Required<RouterModule<object>> = {
  find: async ({ client, namespace, services }, signal) => {
    const { items } = await client.list<TrafficSplit>(pathOf(kinds.trafficSplit, namespace), { signal }).catch(noneWhenUnknown)
    return items
      .filter(
        ({ spec }) => spec?.service === services.stable || spec?.backends?.some(({ service }) => service === services.stable) === true,
      )
      .map(({ metadata }) => foundRoute(kinds.trafficSplit, namespace, metadata?.name ?? ''))
  },
  open: async () => {
    throw new KitError(
      'router-retired',
      'Traffic cannot be shared by a TrafficSplit: the Service Mesh Interface was archived in October 2023.',
      {
        remedy:
          'Share the traffic by an HTTPRoute: `router: linkerd` for Linkerd (docs/kubernetes/routers/linkerd.md), `router: gateway-api` else.',
      },
    )
  },
}

export const { find, open } = smi
