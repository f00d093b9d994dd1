import { KitError } from '@deploy-kit/core'
import { kinds } from '../../api/index.ts'
import type { Ingress } from '../../objects/models.ts'
import type { RouterContext, RouterModule } from '../router.ts'
import { findShared, foundRoute } from '../weights/find-shared.ts'
import { weightedRouter } from '../weights/weighted-router.ts'
import { shareOut } from '../weights/share-out.ts'
import { credentialsIn } from './listener/credentials.ts'
import type { AlbOptions } from './options.ts'
import { albSharing } from './sharing.ts'

const ingressesOf = ({ client, namespace, services }: RouterContext, { ingress }: AlbOptions, signal: AbortSignal) =>
  ingress === undefined
    ? findShared(client, [kinds.ingress], namespace, albSharing, services, signal)
    : Promise.resolve([foundRoute(kinds.ingress, namespace, ingress)])

/**
 * What waits for the load balancer. The controller writes no status about weights, so the listener rules are read back by the API of AWS; without
 * credentials a change is taken when the API server has it, and reaches the rules some seconds later.
 */
const takenBy = async (options: AlbOptions, context: RouterContext) => {
  const credentials = credentialsIn(process.env)
  if (credentials === undefined) {
    context.log.info(
      'The listener rules of the load balancer are not read back: there are no credentials for AWS (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY). A change counts as taken when the API server has it.',
    )
    return undefined
  }
  const { listenerVerification } = await import('./listener/verified.ts')
  const verify = listenerVerification(options, credentials, context)
  const { weightIn, isAttached } = shareOut(albSharing, context.services, [])
  return (_path: string, written: Ingress, signal: AbortSignal): Promise<void> =>
    verify(written, isAttached(written) ? weightIn(written) : undefined, signal)
}

/** Weights in the forward actions of the AWS Load Balancer Controller. */
const alb: Required<RouterModule<AlbOptions>> = {
  find: (context, signal) => ingressesOf(context, {}, signal),
  open: async (options, context, signal) => {
    const paths = (await ingressesOf(context, options, signal)).map(({ path }) => path)
    const { stable } = context.services
    if (paths.length > 0) {
      const taken = await takenBy(options, context)
      return weightedRouter({ name: 'alb', paths, sharing: albSharing, ...(taken !== undefined && { taken }) }, context)
    }
    throw new KitError('route-missing', `No Ingress in ${context.namespace} has a forward action that names the Service ${stable}.`, {
      remedy: `Let the path lead to \`use-annotation\` and put the Service into \`alb.ingress.kubernetes.io/actions.${stable}\` (docs/kubernetes/routers/alb.md).`,
    })
  },
}

export const { open, find } = alb
