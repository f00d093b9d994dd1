import { kinds } from '../../api/index.ts'
import { canaryHeadersOf, headersOf } from '../header-options.ts'
import type { RouterContext, RouterModule } from '../router.ts'
import { awaitState, taken, waiting, type Taken } from '../weights/await-state.ts'
import { findShared, foundRoute, pathsOf } from '../weights/find-shared.ts'
import { weightedRouter } from '../weights/weighted-router.ts'
import type { HttpProxy } from './http-proxy.ts'
import type { ContourOptions } from './options.ts'
import { contourSharing } from './sharing.ts'

const proxiesOf = ({ client, namespace, services }: RouterContext, { proxy }: ContourOptions, signal: AbortSignal) =>
  proxy === undefined
    ? findShared(client, [kinds.httpProxy], namespace, contourSharing, services, signal)
    : Promise.resolve([foundRoute(kinds.httpProxy, namespace, proxy)])

/** Contour notes for each generation whether the proxy is valid (projectcontour.io/v1, HTTPProxyStatus). */
const takenBy = ({ status = {} }: HttpProxy, generation: number): Taken => {
  const valid = status.conditions?.find(({ type }) => type === 'Valid')
  if ((valid?.observedGeneration ?? 0) < generation) return waiting(`Contour has not seen generation ${generation}`)
  if (status.currentStatus === 'valid') return taken
  return waiting(`${status.currentStatus ?? 'no status'}, ${status.description ?? ''}`)
}

/** Weights in HTTPProxies of Contour (projectcontour.io/v1). */
const contour: Required<RouterModule<ContourOptions>> = {
  find: (context, signal) => proxiesOf(context, {}, signal),
  open: async (options, context, signal) =>
    weightedRouter(
      {
        name: 'contour',
        paths: pathsOf(await proxiesOf(context, options, signal), 'HTTPProxy', context.services),
        sharing: contourSharing,
        headers: headersOf(options),
        canaryHeaders: canaryHeadersOf(options),
        taken: (path, written, until) => awaitState(path, written, takenBy, context, until),
      },
      context,
    ),
}

export const { open, find } = contour
