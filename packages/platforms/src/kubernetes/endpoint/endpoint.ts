import { KitError } from '@deploy-kit/core'
import type { Endpoint, Percent, Side, Target } from '@deploy-kit/rollout'
import type { Cluster } from '../cluster.ts'
import type { Service } from '../objects/models.ts'
import { abilities, chosenRouter } from '../routers/index.ts'
import { isRouted } from '../workload/canary-objects.ts'
import type { Observation, Observed } from '../workload/observe.ts'
import { isReady } from '../workload/pods.ts'
import { frontService, servicesOf, servicesOfCanary } from '../workload/services.ts'
import type { Forwarder } from './forwarder.ts'
import { chosenWay, type Way } from './options.ts'

type Reach = (side: Side, observed: Observed, signal: AbortSignal) => Promise<Endpoint | undefined>
type WeightOf = (observed: Observed, signal: AbortSignal) => Promise<Percent>
type By<Name extends Way['by']> = Extract<Way, { readonly by: Name }>

/**
 * Where requests reach one side only. What the way that was chosen cannot reach alone is reached by a port-forward: stable while it shares
 * the router's traffic, and the canary of a first release or a preview, which no route knows.
 */
export const endpointOf = (
  cluster: Cluster,
  forwarder: Forwarder,
  { observe }: Pick<Observation, 'observe'>,
  weightOf: WeightOf,
): Target['endpoint'] => {
  const forwarded: Reach = (side, { pods }) => forwarder.to(pods[side])
  const reach = reachBy(chosenWay(cluster.options.endpoint), cluster, forwarded, weightOf)
  return async (side, signal) => {
    const observed = await observe(signal)
    return observed.pods[side].some(isReady) ? reach(side, observed, signal) : undefined
  }
}

const reachBy = (way: Way, cluster: Cluster, forwarded: Reach, weightOf: WeightOf): Reach => {
  switch (way.by) {
    case 'header':
      return byHeader(way, cluster, forwarded, weightOf)
    case 'service':
      return byService(way, cluster, forwarded, weightOf)
    case 'port-forward':
      return forwarded
  }
}

/** The router's own address; a request for the canary carries what the router knows it by. */
const byHeader = ({ url, settleMs }: By<'header'>, cluster: Cluster, forwarded: Reach, weightOf: WeightOf): Reach => {
  /** Canaries that the router has had the time to follow. */
  const settled = new Set<string>()
  const settle = async (id: string, signal: AbortSignal): Promise<void> => {
    if (!settled.has(id)) await cluster.clock.sleep(settleMs, signal)
    settled.add(id)
  }
  return async (side, observed, signal) => {
    if (side === 'stable') return (await weightOf(observed, signal)) === 0 ? { url, headers: {} } : forwarded(side, observed, signal)
    if (observed.canary !== undefined && !isRouted(observed.canary)) {
      cluster.log.info('No route knows this canary, as with a first release or a preview: it is reached by a port-forward.')
      return forwarded(side, observed, signal)
    }
    const { name, canaryHeaders: headers } = await cluster.router(signal)
    if (headers === undefined) throw withoutMark(name)
    await settle(observed.canary?.metadata?.uid ?? '', signal)
    return { url, headers }
  }
}

/** The Services by their names in the cluster. No pod is in both, so each leads to one side alone. */
const byService = ({ scheme, port }: By<'service'>, cluster: Cluster, forwarded: Reach, weightOf: WeightOf): Reach => {
  const addressOf = ({ metadata, spec }: Service): Endpoint | undefined => {
    const to = port ?? spec?.ports?.[0]?.port
    if (to === undefined) return undefined
    return { url: `${scheme}://${metadata?.name ?? ''}.${cluster.namespace}.svc:${to}`, headers: {} }
  }
  const serviceOf = async (side: Side, observed: Observed, signal: AbortSignal): Promise<Service | undefined> => {
    const { stable, canary } = observed
    if (side === 'canary') return (await servicesOfCanary(cluster, canary, signal))[0]
    if (stable === undefined) return undefined
    const { sharesService = false } = await cluster.router(signal)
    if (sharesService && (await weightOf(observed, signal)) > 0) return undefined
    return frontService(await servicesOf(cluster, stable, signal), cluster)
  }
  return async (side, observed, signal) => {
    const service = await serviceOf(side, observed, signal)
    return (service && addressOf(service)) ?? forwarded(side, observed, signal)
  }
}

const withoutMark = (router: string): KitError =>
  new KitError('plan-impossible', `\`endpoint: header\`: the router ${router} was given nothing that brings a request to the canary.`, {
    remedy: 'Give it a header or a cookie, such as `router: { gateway-api: { header: { name: x-canary } } }`, or leave `endpoint` away.',
  })

/**
 * Whether the router can do what the endpoint asks of it, before anything is contacted.
 * @throws KitError `plan-impossible`
 */
export const requireReachable = ({ endpoint, router }: Pick<Cluster['options'], 'endpoint' | 'router'>): void => {
  if (chosenWay(endpoint).by !== 'header') return
  const { name, settings } = chosenRouter(router)
  const marks = settings as { readonly header?: object; readonly cookie?: object } | undefined
  if ((marks?.header ?? marks?.cookie) !== undefined) return
  if (name === 'auto') throw withoutMark('that is found')
  const { header } = abilities[name]
  if (header.can) throw withoutMark(name)
  throw new KitError(
    'plan-impossible',
    `\`endpoint: header\`: the router ${name} cannot bring a request to the canary (${header.words}).`,
    {
      remedy: 'Use `endpoint: port-forward`, or `endpoint: service` where the runner is in the cluster.',
    },
  )
}
