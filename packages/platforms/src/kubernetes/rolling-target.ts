import { KitError } from '@deploy-kit/core'
import type { Target } from '@deploy-kit/rollout'
import type { Cluster } from './cluster.ts'
import { endpointOf } from './endpoint/endpoint.ts'
import type { Forwarder } from './endpoint/forwarder.ts'
import { inPlace } from './workload/in-place.ts'
import { stateOf, type Observation } from './workload/observe.ts'

/**
 * A StatefulSet or DaemonSet as target. Its pods have identities, or nodes, of their own, so two versions cannot stand side by side: a release
 * replaces it where it stands, and is judged afterwards.
 */
export const rollingTarget = (cluster: Cluster, looking: Observation, forwarder: Forwarder): Target => {
  const { guard, options } = cluster
  const refused = async (): Promise<never> => {
    throw new KitError('plan-impossible', `${options.workload} cannot run two versions side by side.`, {
      remedy: 'Use `strategy: rolling`.',
    })
  }
  return {
    describe: async (signal) => stateOf(await looking.observe(signal), 0, options),
    prepare: refused,
    // Everybody is on stable: the way home is done.
    shift: async (weight, signal) => (weight === 0 ? guard.require(signal) : refused()),
    promote: refused,
    discard: (signal) => guard.require(signal),
    endpoint: endpointOf(cluster, forwarder, looking, () => Promise.resolve(0)),
    inPlace: { as: 'at-once', only: true, ...inPlace(cluster, looking) },
  }
}
