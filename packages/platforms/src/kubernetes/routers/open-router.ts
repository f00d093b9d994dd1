import { KitError } from '@deploy-kit/core'
import { kinds, pathOf } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { nameOf } from '../workload/observe.ts'
import { frontService, servicesOf } from '../workload/services.ts'
import { routers, type Router, type RouterModule, type RouterName } from './index.ts'
import type { Deployment } from '../objects/models.ts'

const acceptedWithinMs = 30_000

/** Opens the router that the options name, once. Its Services are asked for when it is first used. */
export const openRouter = (of: () => Cluster): Cluster['router'] => {
  let opened: Promise<Router> | undefined
  const open = async (signal: AbortSignal): Promise<Router> => {
    const cluster = of()
    const { client, namespace, options, clock } = cluster
    const [name, settings] = Object.entries(options.router ?? {})[0] ?? []
    if (name === undefined) throw new KitError('plan-impossible', '`router` is not given.')
    const stable = await client.get<Deployment>(pathOf(kinds.deployment, namespace, nameOf(cluster)), { signal })
    if (stable === undefined) throw new KitError('workload-missing', `There is no ${options.workload} in ${namespace}.`)
    const front = frontService(await servicesOf(cluster, stable, signal), cluster).metadata?.name ?? ''
    const module = (await routers[name as RouterName]()) as RouterModule<unknown>
    return module.open(settings, {
      client,
      namespace,
      services: { stable: front, canary: canaryNameOf(front) },
      workloads: { stable: nameOf(cluster), canary: canaryNameOf(nameOf(cluster)) },
      clock,
      withinMs: acceptedWithinMs,
    })
  }
  return (signal) => {
    opened ??= open(signal).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
}
