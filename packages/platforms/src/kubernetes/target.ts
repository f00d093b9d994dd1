import { KitError } from '@deploy-kit/core'
import { sameRelease, type Endpoint, type Percent, type Side, type Target } from '@deploy-kit/rollout'
import { kinds, pathOf } from './api/index.ts'
import type { Cluster } from './cluster.ts'
import { makeCompanions, removeCompanions } from './companions/index.ts'
import type { Forwarder } from './endpoint/forwarder.ts'
import { awaitRollout } from './workload/await-rollout.ts'
import { canaryDeployment, canaryNameOf, canaryService, type CanaryRequest } from './workload/canary-objects.ts'
import { replicasFor } from './workload/capacity.ts'
import { nameOf, stateOf, type Observation, type Observed } from './workload/observe.ts'
import { releaseOf } from './workload/revision.ts'
import { frontService, servicesOf } from './workload/services.ts'
import { releaseFields } from './workload/template.ts'
import type { Deployment } from './objects/models.ts'

const never = new AbortController().signal

/** An abort ends what waits, never a write that is under way: the next one must not be overtaken by it. */
const write = async <T>(signal: AbortSignal, work: (uninterrupted: AbortSignal) => Promise<T>): Promise<T> => {
  signal.throwIfAborted()
  return work(never)
}

/** A Deployment as target: the canary is a second Deployment beside it, and a router shares the traffic. */
export const deploymentTarget = (cluster: Cluster, looking: Observation, forwarder: Forwarder): Target => {
  const { client, namespace, options, guard, clock, app } = cluster
  const name = nameOf(cluster)
  const stablePath = pathOf(kinds.deployment, namespace, name)
  const canaryPath = pathOf(kinds.deployment, namespace, canaryNameOf(name))
  const observe: Observation['observe'] = (signal) => looking.observe(signal)
  const { readyWithinMs: withinMs, scheduleWithinMs } = cluster
  const waits = { client, clock, namespace, kind: 'deployment', withinMs, scheduleWithinMs } as const
  /** What was seen last, so that a change by somebody else in between is noticed. */
  let lastWeight: Percent | undefined
  /** When the last request may have been sent to a side that is to be removed. */
  let quietSince: number | undefined

  const look = async (signal: AbortSignal): Promise<Observed & { readonly weight: Percent }> => {
    const [observed, weight] = await Promise.all([observe(signal), cluster.router(signal).then((router) => router.weight(signal))])
    lastWeight = weight
    return { ...observed, weight }
  }
  const wholeAgain = (written: Deployment, signal: AbortSignal): Promise<unknown> =>
    awaitRollout({ ...waits, name: written.metadata?.name ?? '', before: written, signal })
  const scaleCanary = async (replicas: number, signal: AbortSignal): Promise<void> => {
    const written = await write(signal, (uninterrupted) =>
      client.patch<Deployment>(canaryPath, { spec: { replicas } }, { type: 'merge-patch', signal: uninterrupted }),
    )
    await wholeAgain(written, signal)
  }
  const drained = async (signal: AbortSignal): Promise<void> => {
    if (quietSince === undefined) return
    await clock.sleep(Math.max(0, quietSince + cluster.drainMs - clock.now()), signal)
    quietSince = undefined
  }
  const removeCanary = async (signal: AbortSignal): Promise<void> => {
    const router = await cluster.router(signal)
    await write(signal, (uninterrupted) => router.detach(uninterrupted))
    await drained(signal)
    await write(signal, async (uninterrupted) => {
      await client.remove(canaryPath, { signal: uninterrupted })
      await client.remove(pathOf(kinds.service, namespace, await canaryServiceName(uninterrupted)), { signal: uninterrupted })
      await removeCompanions(name, cluster, uninterrupted)
    })
  }
  const canaryServiceName = async (signal: AbortSignal): Promise<string> => {
    const stable = await client.get<Deployment>(stablePath, { signal })
    const front = stable && frontService(await servicesOf(cluster, stable, signal), cluster)
    return canaryNameOf(front?.metadata?.name ?? name)
  }

  return {
    describe: async (signal) => {
      const observed = await look(signal)
      return stateOf(observed, observed.weight, options.container)
    },

    prepare: async (release, signal) => {
      await guard.require(signal)
      const observed = await look(signal)
      const { stable } = observed
      if (stable === undefined) throw new KitError('workload-missing', `There is no ${options.workload} in ${namespace}.`)
      if (observed.weight > 0) {
        if (sameRelease(observed.canary && releaseOf(observed.canary, undefined, options.container), release)) return
        throw new KitError('canary-has-traffic', `The canary has ${observed.weight} % of the traffic and runs another release.`)
      }
      const services = await servicesOf(cluster, stable, signal)
      const front = frontService(services, cluster)
      const request: CanaryRequest = {
        app,
        namespace,
        stable,
        service: front,
        avoid: [...services.map(({ spec }) => ({ matchLabels: spec?.selector ?? {} })), stable.spec?.selector ?? {}],
        release,
        container: options.container,
        replicas: 1,
      }
      const deployment = canaryDeployment(request)
      const service = canaryService(front, deployment, request)
      const written = await write(signal, async (uninterrupted) => {
        await makeCompanions(stable, deployment, cluster, uninterrupted)
        const applied = await client.apply(canaryPath, deployment, { signal: uninterrupted })
        await client.apply(pathOf(kinds.service, namespace, service.metadata?.name), service, { signal: uninterrupted })
        return applied
      })
      await wholeAgain(written, signal)
      const router = await cluster.router(signal)
      await write(signal, (uninterrupted) => router.attach(uninterrupted))
    },

    shift: async (weight, signal) => {
      await guard.require(signal)
      const router = await cluster.router(signal)
      if (weight === 0) {
        await write(signal, (uninterrupted) => router.setWeight(0, undefined, uninterrupted))
        quietSince = clock.now()
        lastWeight = 0
        return
      }
      const expected = lastWeight
      const { stable, canary } = await look(signal)
      if (canary === undefined) throw new KitError('canary-not-ready', 'There is no canary that could be given traffic.')
      const replicas = (router.replicasFor ?? replicasFor)(weight, stable?.spec?.replicas ?? 1)
      if ((canary.spec?.replicas ?? 0) < replicas) await scaleCanary(replicas, signal)
      await write(signal, (uninterrupted) => router.setWeight(weight, expected, uninterrupted))
      lastWeight = weight
    },

    promote: async (signal) => {
      await guard.require(signal)
      signal.throwIfAborted()
      const { stable, canary, weight } = await look(signal)
      if (canary === undefined) return
      if (stable === undefined) throw new KitError('workload-missing', `There is no ${options.workload} in ${namespace}.`)
      const release = releaseOf(canary, undefined, options.container)
      const selector = stable.spec?.selector ?? {}
      const written = await write(signal, (uninterrupted) =>
        client.apply<Deployment>(
          stablePath,
          // Only what a release sets: replicas stay with whoever scales, everything else with whoever wrote it.
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name, namespace },
            spec: { selector, template: releaseFields(stable, release, options.container) },
          },
          { signal: uninterrupted },
        ),
      )
      await wholeAgain(written, signal)
      if (weight > 0) {
        const router = await cluster.router(signal)
        await write(signal, (uninterrupted) => router.setWeight(0, undefined, uninterrupted))
        quietSince = clock.now()
      }
      await removeCanary(signal)
      lastWeight = 0
    },

    discard: async (signal) => {
      await guard.require(signal)
      const { canary, weight } = await look(signal)
      if (weight > 0) throw new KitError('canary-has-traffic', `The canary has ${weight} % of the traffic.`)
      if (canary !== undefined) await removeCanary(signal)
    },

    endpoint: async (side: Side, signal: AbortSignal): Promise<Endpoint | undefined> => {
      const { pods } = await observe(signal)
      return forwarder.to(pods[side])
    },
  }
}
