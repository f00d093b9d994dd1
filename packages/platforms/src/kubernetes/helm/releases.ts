import { KitError } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import { ours } from '../objects/labels.ts'
import type { Deployment } from '../objects/models.ts'
import { composedFromManifests } from '../snapshots/compose.ts'
import type { Releases } from '../snapshots/releases.ts'
import { awaitRollout } from '../workload/await-rollout.ts'
import { nameOf } from '../workload/observe.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import { chartOf } from './chart.ts'
import { historyOf, revisionFor } from './history.ts'
import type { HelmOptions } from './options.ts'
import { helmProgram, type Helm } from './program.ts'
import { recoverRelease } from './recover.ts'

/**
 * Releases of a workload that Helm holds. The canary comes from the chart as an upgrade would render it, with copies of the configuration that it
 * would bring; what serves is changed by Helm alone. Snapshots are kept as for any other workload, so that a canary of an earlier
 * release comes back as it was; stable comes back by `helm rollback` where Helm still has its revision.
 */
export const helmReleases = (
  cluster: Place,
  helmOptions: HelmOptions,
  base: Releases,
  helm: Helm = helmProgram(cluster.options),
): Releases => {
  const { client, namespace, options, clock, log, readyWithinMs, scheduleWithinMs } = cluster
  const chart = chartOf(helm, helmOptions, options)
  const kind = workloadKindOf(options)
  const path = pathOf(kinds[kind], namespace, nameOf(cluster))
  const live = async (signal: AbortSignal): Promise<Deployment> => {
    const found = await client.get<Deployment>(path, { signal })
    if (found !== undefined) return found
    throw new KitError('workload-missing', `The Helm release ${helmOptions.release} has no ${options.workload} in ${namespace}.`)
  }
  /** The release is written beside the template before Helm is asked, and counts once Helm has brought its image. */
  const name = (release: Release, signal: AbortSignal): Promise<Deployment> =>
    client.apply<Deployment>(
      path,
      {
        apiVersion: 'apps/v1',
        kind: kinds[kind].kind,
        metadata: { name: nameOf(cluster), namespace, annotations: { [ours.release]: JSON.stringify(release) } },
      },
      { signal },
    )
  const recovered = (signal: AbortSignal): Promise<boolean> =>
    recoverRelease(
      {
        helm,
        release: helmOptions.release,
        clock,
        log,
        // A promotion of ours names its release first, and has brought it when Helm has a revision of it: also where its pods run already.
        isOurs: async (history) => {
          const named = (await live(signal)).metadata?.annotations?.[ours.release]
          const carriedOut = history.findLast(({ status }) => status === 'deployed')
          return named !== undefined && revisionFor(history, JSON.parse(named) as Release)?.revision !== carriedOut?.revision
        },
      },
      signal,
    )

  return {
    ...base,
    manifests: () => Promise.resolve(undefined),
    complete: async (release, signal) => {
      log.debug(`helm ${await helm.version(signal)}`)
      const variables = Object.keys(release.environment)
      if (variables.length > 0)
        throw new KitError('plan-impossible', `\`variables\`: ${variables.join(', ')} cannot be given to a workload that Helm holds.`, {
          remedy: 'Set them in the values of the chart.',
        })
      const rendered = await chart.render(release, signal)
      const others = rendered.others.map(({ object }) => object)
      const composed = await composedFromManifests(cluster, rendered, others, release, signal)
      // What else the chart holds is Helm's to apply, with the promotion.
      const { replicas: _, jobs: _helms, ...bare } = composed
      const ready = { ...bare, origin: 'image', objects: [] } as const
      base.snapshots.refuseTooLarge(ready)
      base.remember(ready)
      return ready.release
    },
    provide: async (blueprint, serving, signal) => {
      if (await recovered(signal))
        await awaitRollout({
          client,
          clock,
          namespace,
          kind,
          name: nameOf(cluster),
          before: await live(signal),
          withinMs: readyWithinMs,
          scheduleWithinMs,
          signal,
        })
      await base.provide(blueprint, serving, signal)
    },
    applyWorkload: async ({ release }, signal) => {
      await recovered(signal)
      await name(release, signal)
      const known = revisionFor(await historyOf(helm, helmOptions.release, signal), release)
      if (known === undefined) await chart.upgrade(release, signal)
      else if (known.status !== 'deployed') await helm.run(['rollback', helmOptions.release, String(known.revision)], signal)
      return live(signal)
    },
    applyOthers: () => Promise.resolve(),
  }
}
