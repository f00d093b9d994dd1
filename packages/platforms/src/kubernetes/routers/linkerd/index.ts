import { KitError } from '@deploy-kit/core'
import { kinds, pathOf } from '../../api/index.ts'
import type { Route } from '../gateway-api/route.ts'
import { open as openGatewayApi } from '../gateway-api/index.ts'
import type { RouterModule } from '../router.ts'
import type { LinkerdOptions } from './options.ts'

/** Linkerd shares traffic by an HTTPRoute of the Gateway API whose parent is the Service (GAMMA). It needs nothing that is not there already. */
export const open: RouterModule<LinkerdOptions>['open'] = async ({ route, ...headers }, context, signal) => {
  const { client, namespace, services } = context
  const { items } = await client.list<Route>(pathOf(kinds.httpRoute, namespace), { signal })
  const found = items.find(
    ({ metadata, spec }) =>
      (route === undefined || metadata?.name === route) &&
      spec.parentRefs?.some(({ kind, name }) => kind === 'Service' && name === services.stable) === true,
  )
  if (found?.metadata?.name === undefined)
    throw new KitError('route-missing', `No HTTPRoute in ${namespace} has the Service ${services.stable} as its parent.`, {
      remedy: 'Create one with a single backend, the Service itself, as in docs/kubernetes/routers/linkerd.md.',
    })
  return {
    ...(await openGatewayApi({ ...headers, route: found.metadata.name, kind: 'HTTPRoute' }, context, signal)),
    name: 'linkerd',
    sharesService: true,
  }
}
