import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import type { Deployment } from '../objects/models.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { nameOf } from '../workload/observe.ts'
import { frontService, servicesOf } from '../workload/services.ts'
import { chosenRouter, registry } from './index.ts'
import type { Router, RouterContext, RouterModule } from './router.ts'

const acceptedWithinMs = 30_000

/** What a router of the workload behind a Service is opened with. */
export const routerContext = (cluster: Place, front: string): RouterContext => ({
  client: cluster.client,
  namespace: cluster.namespace,
  services: { stable: front, canary: canaryNameOf(front) },
  workloads: { stable: nameOf(cluster), canary: canaryNameOf(nameOf(cluster)) },
  clock: cluster.clock,
  log: cluster.log,
  withinMs: acceptedWithinMs,
})

/** Opens the router that the options name, once. Its Services are asked for when it is first used. */
export const openRouter = (place: Place): ((signal: AbortSignal) => Promise<Router>) => {
  let opened: Promise<Router | undefined> | undefined
  const open = async (signal: AbortSignal): Promise<Router | undefined> => {
    const { client, namespace, options } = place
    const { name, settings } = chosenRouter(options.router)
    if (!options.workload.startsWith('deployment/'))
      return (await import('./none/index.ts')).withoutRouter(`a ${options.workload.split('/')[0]} is released in place`)
    const stable = await client.get<Deployment>(pathOf(kinds.deployment, namespace, nameOf(place)), { signal })
    if (stable === undefined) return undefined
    const services = await servicesOf(place, stable, signal)
    if (name === 'auto' && services.length === 0)
      return (await import('./none/index.ts')).withoutRouter(`no Service selects the pods of ${options.workload}`)
    const context = routerContext(place, frontService(services, place).metadata?.name ?? '')
    if (name === 'auto') return (await import('./auto/index.ts')).openFound(context, signal)
    return ((await registry[name].load()) as RouterModule<unknown>).open(settings, context, signal)
  }
  return async (signal) => {
    opened ??= open(signal).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    const router = await opened
    if (router !== undefined) return router
    // Once the first release has made the workload, another look may find a router.
    opened = undefined
    return (await import('./none/index.ts')).withoutRouter('the workload has not been released yet')
  }
}
