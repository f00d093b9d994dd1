import { KitError, patient, urgent } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeClient } from '../../api/index.ts'
import type { Router, RouterContext } from '../router.ts'
import type { GatewayApiOptions } from './options.ts'
import { accepted, type Route } from './route.ts'
import { attached, detached, jsonPatchTo, weightIn, withWeight, type Sides } from './weights.ts'

export { gatewayApiOptions, type GatewayApiOptions } from './options.ts'

const pollMs = 20
const conflictsAllowed = 5

/** Weights in an HTTPRoute or GRPCRoute of the Gateway API (gateway.networking.k8s.io/v1). */
export const open = ({ route: name, kind }: GatewayApiOptions, { client, namespace, services, clock, withinMs }: RouterContext): Router => {
  const path = pathOf(kind === 'GRPCRoute' ? kinds.grpcRoute : kinds.httpRoute, namespace, name)
  const sides: Sides = services
  /** The last route that was seen, from which the way home is prepared. */
  let last: Route | undefined

  const read = async (signal: AbortSignal, policy = patient): Promise<Route> => {
    last = await client.get<Route>(path, { signal, policy })
    if (last === undefined) throw new KitError('route-missing', `There is no ${kind} ${name} in ${namespace}.`)
    return last
  }
  const change = async (to: (route: Route) => Route, signal: AbortSignal): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const found = await read(signal)
      const wanted = to(found)
      if (wanted === found) return awaitAccepted(client, path, found, { clock, withinMs }, signal)
      try {
        last = await client.replace<Route>(path, wanted, { signal })
        return await awaitAccepted(client, path, last, { clock, withinMs }, signal)
      } catch (error) {
        if (!(error instanceof KitError) || error.code !== 'cluster-conflict' || attempt === conflictsAllowed) throw error
      }
    }
  }
  const home = async (signal: AbortSignal): Promise<void> => {
    const known = last ?? (await read(signal, urgent))
    const operations = jsonPatchTo(0, known, sides)
    if (operations.length === 0) return
    try {
      last = await client.patch<Route>(path, operations, { type: 'json-patch', signal, policy: urgent })
    } catch (error) {
      // A test of the patch failed: somebody has rearranged the route since.
      if (!(error instanceof KitError) || (error.code !== 'cluster-refused' && error.code !== 'cluster-conflict')) throw error
      const found = await read(signal, urgent)
      last = await client.patch<Route>(path, jsonPatchTo(0, found, sides), { type: 'json-patch', signal, policy: urgent })
    }
  }

  return {
    name: 'gateway-api',
    weight: async (signal) => weightIn(await read(signal), sides),
    attach: (signal) => change((route) => attached(route, sides), signal),
    setWeight: (percent, expected, signal) =>
      percent === 0 ? home(signal) : change((route) => withWeight(refuseForeign(route, percent, expected, sides), percent, sides), signal),
    detach: (signal) => change((route) => detached(route, sides), signal),
  }
}

const refuseForeign = (route: Route, percent: Percent, expected: Percent | undefined, sides: Sides): Route => {
  const found = weightIn(route, sides)
  if (expected === undefined || found === expected || found === percent) return route
  throw new KitError(
    'foreign-writer',
    `The route ${route.metadata?.name ?? ''} gives the canary ${found} %; deploy-kit had set ${expected} %. Nothing was touched.`,
  )
}

/** Waits until each parent that the route names has taken this generation of it, with all of its references. */
const awaitAccepted = async (
  client: KubeClient,
  path: string,
  written: Route,
  { clock, withinMs }: Pick<RouterContext, 'clock' | 'withinMs'>,
  signal: AbortSignal,
): Promise<void> => {
  const deadline = clock.now() + withinMs
  for (let route: Route | undefined = written; ; route = await client.get<Route>(path, { signal })) {
    const state = accepted(route, written.metadata?.generation ?? 0)
    if (state === 'accepted') return
    if (clock.now() > deadline) throw new KitError('route-not-accepted', `The route has not been taken: ${state}.`)
    await clock.sleep(pollMs, signal)
  }
}
