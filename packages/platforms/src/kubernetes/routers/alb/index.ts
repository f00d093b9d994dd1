import { KitError } from '@deploy-kit/core'
import { kinds } from '../../api/index.ts'
import type { RouterContext, RouterModule } from '../router.ts'
import { findShared, foundRoute } from '../weights/find-shared.ts'
import { weightedRouter } from '../weights/weighted-router.ts'
import type { AlbOptions } from './options.ts'
import { albSharing } from './sharing.ts'

const ingressesOf = ({ client, namespace, services }: RouterContext, { ingress }: AlbOptions, signal: AbortSignal) =>
  ingress === undefined
    ? findShared(client, [kinds.ingress], namespace, albSharing, services, signal)
    : Promise.resolve([foundRoute(kinds.ingress, namespace, ingress)])

/**
 * Weights in the forward actions of the AWS Load Balancer Controller. It writes no status about them: a change is taken when the API
 * server has it, and reaches the listener rule some seconds later.
 */
const alb: Required<RouterModule<AlbOptions>> = {
  find: (context, signal) => ingressesOf(context, {}, signal),
  open: async (options, context, signal) => {
    const paths = (await ingressesOf(context, options, signal)).map(({ path }) => path)
    const { stable } = context.services
    if (paths.length > 0) return weightedRouter({ name: 'alb', paths, sharing: albSharing }, context)
    throw new KitError('route-missing', `No Ingress in ${context.namespace} has a forward action that names the Service ${stable}.`, {
      remedy: `Let the path lead to \`use-annotation\` and put the Service into \`alb.ingress.kubernetes.io/actions.${stable}\` (docs/kubernetes/routers/alb.md).`,
    })
  },
}

export const { open, find } = alb
