import { KitError } from '@deploy-kit/core'
import { sameRelease, type Percent, type Target, type TargetInPlace } from '@deploy-kit/rollout'
import { kinds, pathOf } from './api/index.ts'
import { scaleDown } from './autoscaling/scale-down.ts'
import type { Cluster } from './cluster.ts'
import { makeCompanions, removeCompanions } from './companions/index.ts'
import { endpointOf } from './endpoint/endpoint.ts'
import type { Forwarder } from './endpoint/forwarder.ts'
import type { Router } from './routers/index.ts'
import { awaitRollout } from './workload/await-rollout.ts'
import { canaryDeployment, canaryNameOf, canaryService, isRouted, type CanaryRequest } from './workload/canary-objects.ts'
import { replicasFor, requireSurge } from './workload/capacity.ts'
import { inPlace } from './workload/in-place.ts'
import { nameOf, stateOf, type Observation, type Observed } from './workload/observe.ts'
import { releaseOf, revisionOf } from './workload/revision.ts'
import { frontService, selectorsOfStable, servicesOfCanary, servicesOfRelease } from './workload/services.ts'
import type { Deployment } from './objects/models.ts'

const never = new AbortController().signal

/** An abort ends what waits, never a write that is under way: the next one must not be overtaken by it. */
const write = async <T>(signal: AbortSignal, work: (uninterrupted: AbortSignal) => Promise<T>): Promise<T> => {
  signal.throwIfAborted()
  return work(never)
}

/** Whether there is traffic to share: a first release has nobody to share it with. */
const hasRoute = ({ stable, canary }: Observed): boolean => stable !== undefined && (canary === undefined || isRouted(canary))

/** Replicas of the canary at a weight, by what stable has now: an autoscaler may have changed it since the last step. */
const canarySize = (router: Router, weight: Percent, stable: Deployment | undefined): number =>
  (router.replicasFor ?? replicasFor)(weight, stable?.spec?.replicas ?? 1)

/** A Deployment as target: the canary is a second Deployment beside it, and a router shares the traffic. */
export const deploymentTarget = (cluster: Cluster, looking: Observation, forwarder: Forwarder): Target => {
  const { client, namespace, options, guard, clock, app } = cluster
  const name = nameOf(cluster)
  const stablePath = pathOf(kinds.deployment, namespace, name)
  const canaryPath = pathOf(kinds.deployment, namespace, canaryNameOf(name))
  const observe: Observation['observe'] = (signal) => looking.observe(signal)
  const { readyWithinMs: withinMs, scheduleWithinMs } = cluster
  const autoscalers = scaleDown(cluster)
  const waits = { client, clock, namespace, kind: 'deployment', withinMs, scheduleWithinMs } as const
  /** What was seen last, so that a change by somebody else in between is noticed. */
  let lastWeight: Percent | undefined
  /** When the last request may have been sent to a side that is to be removed. */
  let quietSince: number | undefined
  /** Whether the canary was made here and has had no weight since, so that it has no request to finish. */
  let hasNeverServed = false

  const weightOf = async (observed: Observed, signal: AbortSignal): Promise<Percent> =>
    hasRoute(observed) ? (await cluster.router(signal)).weight(signal) : 0
  const look = async (signal: AbortSignal): Promise<Observed & { readonly weight: Percent }> => {
    const observed = await observe(signal)
    const weight = await weightOf(observed, signal)
    lastWeight = weight
    return { ...observed, weight }
  }
  const wholeAgain = (written: Deployment, signal: AbortSignal): Promise<unknown> =>
    awaitRollout({ ...waits, name: written.metadata?.name ?? '', before: written, signal })
  const scaleCanary = async (replicas: number, signal: AbortSignal): Promise<void> => {
    await wholeAgain(await write(signal, (uninterrupted) => resize(canaryPath, replicas, uninterrupted)), signal)
  }
  const resize = (path: string, replicas: number, signal: AbortSignal): Promise<Deployment> =>
    client.patch<Deployment>(path, { spec: { replicas } }, { type: 'merge-patch', signal })
  const drained = async (signal: AbortSignal): Promise<void> => {
    if (quietSince === undefined) return
    await clock.sleep(Math.max(0, quietSince + cluster.drainMs - clock.now()), signal)
    quietSince = undefined
  }
  /** The Deployment goes last: while it is there, whoever comes after us knows that there is something to finish. */
  const removeCanary = async (
    observed: Observed,
    signal: AbortSignal,
    whenDetached: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    const router = hasRoute(observed) ? await cluster.router(signal) : undefined
    await write(signal, async (uninterrupted) => {
      await router?.detach(uninterrupted)
      await whenDetached(uninterrupted)
    })
    await drained(signal)
    await write(signal, async (uninterrupted) => {
      for (const service of await servicesOfCanary(cluster, observed.canary, uninterrupted))
        await client.remove(pathOf(kinds.service, namespace, service.metadata?.name), { signal: uninterrupted })
      await removeCompanions(name, cluster, uninterrupted)
      await client.remove(canaryPath, { signal: uninterrupted })
    })
  }
  const rolling = inPlace(cluster, looking)
  /** A replacement in place, after which nothing is left of its preview. */
  const thenAlone =
    (replace: TargetInPlace['replace']): TargetInPlace['replace'] =>
    async (release, signal) => {
      await replace(release, signal)
      const observed = await look(signal)
      if (observed.canary === undefined || observed.weight > 0) return
      await removeCanary(observed, signal, async () => undefined)
      // What was kept of a preview that never served could still run until now.
      await write(signal, (uninterrupted) => cluster.releases.tidy([release], uninterrupted))
    }

  return {
    describe: async (signal) => {
      const observed = await look(signal)
      return stateOf(observed, observed.weight, options)
    },

    prepare: async (release, signal, { preview = false } = {}) => {
      await guard.require(signal)
      const observed = await look(signal)
      const { stable, canary, pods } = observed
      const running = canary && releaseOf(canary, undefined, options.container)
      if (observed.weight > 0) {
        if (sameRelease(running, release)) return
        throw new KitError('canary-has-traffic', `The canary has ${observed.weight} % of the traffic and runs another release.`)
      }
      const blueprint = await cluster.releases.blueprint(release, signal)
      const { workload } = blueprint
      const services = await servicesOfRelease(cluster, blueprint, signal)
      // A first release may have no Service yet, and need none.
      const front = stable === undefined && services.length === 0 ? undefined : frontService(services, cluster)
      const request: CanaryRequest = {
        app,
        namespace,
        workload,
        service: front,
        avoid: selectorsOfStable(services, workload, ...(stable === undefined ? [] : [stable])),
        replicas: 1,
        routed: stable !== undefined && !preview,
      }
      const deployment = canaryDeployment(request)
      const service = front && canaryService(front, deployment, request)
      const serving = stable && { live: stable, release: revisionOf(stable, pods.stable, options.container).release }
      await write(signal, (uninterrupted) => cluster.releases.provide(blueprint, serving, uninterrupted))
      await cluster.releases.runJobs(blueprint, signal)
      const written = await write(signal, async (uninterrupted) => {
        if (stable !== undefined) await makeCompanions(stable, deployment, cluster, uninterrupted)
        const applied = await client.apply(canaryPath, deployment, { signal: uninterrupted })
        if (service !== undefined)
          await client.apply(pathOf(kinds.service, namespace, service.metadata?.name), service, { signal: uninterrupted })
        if (canary !== undefined && !sameRelease(running, release)) await cluster.releases.tidy([release, serving?.release], uninterrupted)
        return applied
      })
      hasNeverServed ||= canary === undefined
      await wholeAgain(written, signal)
      if (!request.routed) return
      const router = await cluster.router(signal)
      await write(signal, (uninterrupted) => router.attach(uninterrupted))
    },

    shift: async (weight, signal) => {
      await guard.require(signal)
      const router = await cluster.router(signal)
      if (weight === 0) {
        await write(signal, (uninterrupted) => router.setWeight(0, undefined, uninterrupted))
        if (!hasNeverServed) quietSince = clock.now()
        lastWeight = 0
        return
      }
      const expected = lastWeight
      const { stable, canary } = await look(signal)
      if (canary === undefined) throw new KitError('canary-not-ready', 'There is no canary that could be given traffic.')
      const replicas = canarySize(router, weight, stable)
      requireSurge(weight, replicas, stable?.spec?.replicas ?? 1, options['max-surge'])
      if ((canary.spec?.replicas ?? 0) < replicas) await scaleCanary(replicas, signal)
      await autoscalers.hold(signal)
      hasNeverServed = false
      await write(signal, (uninterrupted) => router.setWeight(weight, expected, uninterrupted))
      lastWeight = weight
    },

    promote: async (signal) => {
      await guard.require(signal)
      signal.throwIfAborted()
      const observed = await look(signal)
      const { stable, canary, weight } = observed
      if (canary === undefined) return autoscalers.letGo(signal)
      // Without traffic an autoscaler may have taken replicas away that the traffic needs when it comes back. None is ever taken away here.
      const replicas = weight === 100 ? (canary.spec?.replicas ?? 1) : 0
      if (stable !== undefined && (stable.spec?.replicas ?? 1) < replicas)
        await write(signal, (uninterrupted) => resize(stablePath, replicas, uninterrupted))
      const { releases } = cluster
      const blueprint = await releases.blueprint(releaseOf(canary, undefined, options.container), signal)
      const written = await write(signal, (uninterrupted) => releases.applyWorkload(blueprint, uninterrupted))
      await wholeAgain(written, signal)
      await write(signal, (uninterrupted) => releases.applyOthers('others', blueprint, uninterrupted))
      if (weight > 0) {
        const router = await cluster.router(signal)
        await write(signal, (uninterrupted) => router.setWeight(0, undefined, uninterrupted))
        quietSince = clock.now()
      }
      await removeCanary(observed, signal, async (uninterrupted) => {
        await releases.applyOthers('routes', blueprint, uninterrupted)
        await releases.settled(blueprint, uninterrupted)
      })
      lastWeight = 0
      await autoscalers.letGo(signal)
    },

    keepUp: async (signal) => {
      await guard.require(signal)
      const { stable, canary } = looking.last() ?? (await observe(signal))
      if (stable === undefined || canary === undefined || lastWeight === undefined || lastWeight === 0) return
      const replicas = canarySize(await cluster.router(signal), lastWeight, stable)
      if ((canary.spec?.replicas ?? 0) >= replicas) return
      requireSurge(lastWeight, replicas, stable.spec?.replicas ?? 1, options['max-surge'])
      await write(signal, (uninterrupted) => resize(canaryPath, replicas, uninterrupted))
    },

    inPlace: { as: 'after-preview', only: false, replace: thenAlone(rolling.replace), restore: thenAlone(rolling.restore) },

    discard: async (signal) => {
      await guard.require(signal)
      const observed = await look(signal)
      const { stable, canary, weight } = observed
      if (weight > 0) throw new KitError('canary-has-traffic', `The canary has ${weight} % of the traffic.`)
      if (canary !== undefined) await removeCanary(observed, signal, async () => undefined)
      const serving = stable && releaseOf(stable, undefined, options.container)
      await write(signal, (uninterrupted) => cluster.releases.tidy([serving], uninterrupted))
      await autoscalers.letGo(signal)
    },

    endpoint: endpointOf(cluster, forwarder, looking, weightOf),
  }
}
