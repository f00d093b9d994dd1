import { KitError } from '@deploy-kit/core'
import { sameRelease, type Release, type TargetInPlace } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import type { Deployment, StatefulSet, Workload } from '../objects/models.ts'
import type { Blueprint } from '../snapshots/blueprint.ts'
import { awaitRollout } from './await-rollout.ts'
import { earlierTemplate } from './earlier-template.ts'
import { nameOf, type Observation } from './observe.ts'
import { releaseOf, revisionOf } from './revision.ts'
import { unstick } from './unstick.ts'
import { workloadKindOf, type WorkloadKind } from './workload-kind.ts'

const never = new AbortController().signal

/**
 * Replaces the release of a workload where it stands, by the workload's own rolling update. Back goes the whole template that ran the release
 * before, from the history that the cluster keeps, so that it is what it was to the letter and its pods that still run are kept; where there is
 * no such history, as the release was kept. A write that has begun is not interrupted.
 */
export const inPlace = (cluster: Cluster, looking: Observation): Pick<TargetInPlace, 'replace' | 'restore'> => {
  const { client, clock, namespace, options, guard, readyWithinMs: withinMs, scheduleWithinMs } = cluster
  const kind = workloadKindOf(options)
  const name = nameOf(cluster)
  const path = pathOf(kinds[kind], namespace, name)

  const whole = async (written: Workload, signal: AbortSignal): Promise<void> => {
    const ended = new AbortController()
    const stuck = kind === 'statefulSet' ? unstick(cluster, name, AbortSignal.any([signal, ended.signal])) : undefined
    try {
      await awaitRollout({ client, clock, namespace, kind, name, before: written, withinMs, scheduleWithinMs, signal })
    } finally {
      ended.abort()
      await stuck
    }
  }
  const begin = async (signal: AbortSignal) => {
    await guard.require(signal)
    const { stable, pods } = await looking.observe(signal)
    if (stable !== undefined) refuseUnfollowed(kind, stable)
    signal.throwIfAborted()
    return { stable, serving: stable && { live: stable, release: revisionOf(stable, pods.stable, options.container).release } }
  }
  const isThere = (stable: Deployment, release: Release): boolean => sameRelease(releaseOf(stable, undefined, options.container), release)
  /** What goes with the workload follows once it is whole. */
  const follow = async (blueprint: Blueprint): Promise<void> => {
    await cluster.releases.applyOthers('others', blueprint, never)
    await cluster.releases.applyOthers('routes', blueprint, never)
    await cluster.releases.settled(blueprint, never)
  }
  const putBack = async (stable: Deployment, release: Release, kept: Blueprint | undefined): Promise<Workload> => {
    const template = await earlierTemplate(cluster, kind, stable, release, never)
    if (template === undefined) {
      const blueprint = kept ?? (await cluster.releases.blueprint(release, never))
      await cluster.releases.provide(blueprint, undefined, never)
      return cluster.releases.applyWorkload(blueprint, never)
    }
    const operations = [
      // Whatever somebody changed in the meantime is not ours to undo.
      { op: 'test', path: '/spec/template', value: stable.spec?.template },
      { op: 'replace', path: '/spec/template', value: template },
    ]
    return client.patch<Workload>(path, operations, { type: 'json-patch', signal: never })
  }

  return {
    replace: async (release, signal) => {
      const { stable, serving } = await begin(signal)
      if (stable !== undefined && isThere(stable, release)) {
        await whole(stable, signal)
        const { releases } = cluster
        // A run that was killed may have left the rest undone.
        const kept = releases.composed(release) ?? (await releases.snapshots.find(release, signal))?.blueprint
        return kept && follow(kept)
      }
      const blueprint = await cluster.releases.blueprint(release, signal)
      signal.throwIfAborted()
      await cluster.releases.provide(blueprint, serving, never)
      await cluster.releases.runJobs(blueprint, signal)
      await whole(await cluster.releases.applyWorkload(blueprint, never), signal)
      await follow(blueprint)
    },
    restore: async (release, signal) => {
      const { stable } = await begin(signal)
      if (stable === undefined) throw new KitError('workload-missing', `There is no ${options.workload} in ${namespace}.`)
      const kept = (await cluster.releases.snapshots.find(release, signal))?.blueprint
      await whole(isThere(stable, release) ? stable : await putBack(stable, release, kept), signal)
      if (kept !== undefined) await follow(kept)
      await cluster.releases.tidy([release], never)
    },
  }
}

/** What a change of the template would not lead to new pods of, or only to some, is not begun. */
const refuseUnfollowed = (kind: WorkloadKind, workload: Workload): void => {
  const called = `${kinds[kind].kind} ${workload.metadata?.name ?? ''}`
  const impossible = (what: string, remedy: string): never => {
    throw new KitError('plan-impossible', `${called} ${what}.`, { remedy })
  }
  const { updateStrategy } = workload.spec as { readonly updateStrategy?: NonNullable<StatefulSet['spec']>['updateStrategy'] }
  if (updateStrategy?.type === 'OnDelete')
    impossible('has the update strategy OnDelete: nothing replaces its pods until somebody deletes them', 'Set it to RollingUpdate.')
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0
  if (kind === 'statefulSet' && partition > 0)
    impossible(`has the partition ${partition}: its pods below that number would keep the old version`, 'Set the partition to 0.')
  if ((workload.spec as { readonly paused?: boolean }).paused === true)
    impossible('is paused: nothing would follow a change of its template', `Run \`kubectl rollout resume\` first.`)
}
