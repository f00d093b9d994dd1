import { KitError, messageOf } from '@deploy-kit/core'
import { sameRelease, shortDigest, type Release } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import type { Configuration } from '../configuration/copies.ts'
import { copiesIn } from '../configuration/pin.ts'
import { isJob } from '../jobs/compose-jobs.ts'
import { runJobs } from '../jobs/run-jobs.ts'
import { manifestLoader } from '../manifests/load.ts'
import { companionObjects, withoutThose, type CompanionObjects } from '../manifests/objects.ts'
import { isNeededByPods, isRoute } from '../manifests/order.ts'
import type { WorkloadManifests } from '../manifests/workload-of.ts'
import { canonical } from '../objects/hash.ts'
import { isCopied } from '../configuration/copies.ts'
import { applyWorkload } from '../workload/apply-workload.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import { nameOf } from '../workload/observe.ts'
import { releaseIn } from '../workload/template.ts'
import type { Deployment } from '../objects/models.ts'
import type { Blueprint, Composed } from './blueprint.ts'
import { composedAsItRuns, composedFromLive, composedFromManifests } from './compose.ts'
import { pruneSnapshots } from './prune.ts'
import { snapshotsOf, type Snapshots } from './snapshots.ts'

/** What releases of the workload are in the cluster: made of an image and what there is now, kept, and recalled as they were. */
export interface Releases {
  readonly snapshots: Snapshots
  readonly companions: CompanionObjects
  readonly manifests: (signal: AbortSignal) => Promise<WorkloadManifests | undefined>
  /** The release with the hash of its template and configuration. Changes nothing. @throws KitError `workload-missing`, `manifests-invalid`, `snapshot-too-large` */
  complete(release: Release, signal: AbortSignal): Promise<Release>
  /** What was composed of a release in this run; undefined for one that comes from the records. */
  composed(release: Release): Composed | undefined
  /** A release of this run, or one that was kept. @throws KitError `release-not-kept` */
  blueprint(release: Release, signal: AbortSignal): Promise<Blueprint>
  /** Lets a release come from what was found of it elsewhere, such as the history of a ReplicaSet. */
  remember(composed: Composed): void
  /** Creates what the pods of a release read, and keeps the release, and the one that runs, so that both can come back. */
  provide(
    blueprint: Blueprint,
    serving: { readonly live: Deployment; readonly release: Release } | undefined,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Runs the Jobs of a release that was composed in this run to their end. What comes back runs none: its work was done when it was released.
   * @throws KitError `job-failed`
   */
  runJobs(blueprint: Blueprint, signal: AbortSignal): Promise<void>
  /** Makes the workload what the blueprint says, and returns it as it was written; its pods follow. */
  applyWorkload(blueprint: Blueprint, signal: AbortSignal): Promise<Deployment>
  /** Applies what goes with the workload: all but routes, or the routes, which wait until no canary is in them. */
  applyOthers(which: 'others' | 'routes', blueprint: Blueprint, signal: AbortSignal): Promise<void>
  /** The release serves: objects that only earlier ones had are removed, and what nobody can come back to. */
  settled(blueprint: Blueprint, signal: AbortSignal): Promise<void>
  /** Removes what was made for releases that never served, but for those that are named: their canaries have gone. */
  tidy(except: readonly (Release | undefined)[], signal: AbortSignal): Promise<void>
}

/** What pods that start read, whatever stands in their template. */
const isConfiguration = ({ kind = '' }: KubeObject): boolean => /^(?:ConfigMap|Secret)$/.test(kind)

const keyOf = ({ digest, configuration }: Release): string => `${shortDigest(digest)}-${configuration}`

export const releasesOf = (cluster: Place): Releases => {
  const { client, namespace, options, clock, log } = cluster
  const snapshots = snapshotsOf(cluster)
  const companions = companionObjects(cluster)
  const manifests = manifestLoader(cluster, companions.discovery)
  const known = new Map<string, Composed>()
  const liveWorkload = (signal: AbortSignal): Promise<Deployment | undefined> =>
    client.get<Deployment>(pathOf(kinds[workloadKindOf(options)], namespace, nameOf(cluster)), { signal })

  const createCopies = async (copies: readonly Configuration[], signal: AbortSignal): Promise<void> => {
    for (const copy of copies) {
      const kind = copy.kind === 'Secret' ? kinds.secret : kinds.configMap
      if ((await client.get(pathOf(kind, namespace, copy.metadata?.name), { signal })) !== undefined) continue
      await client.create(pathOf(kind, namespace), copy, { signal }).catch((error: unknown) => {
        // A try that seemed to fail may have made it; its name says its content.
        if (!(error instanceof KitError) || error.code !== 'cluster-conflict') throw error
      })
    }
  }
  /** Whether copies stand for it, so that pods do not need the object itself. */
  const isPinned = (object: Configuration): boolean => options['pin-configuration'] && isConfiguration(object) && isCopied(object)
  const requireCopies = async ({ workload, release }: Blueprint, signal: AbortSignal): Promise<void> => {
    for (const copy of copiesIn(workload.spec?.template ?? {})) {
      const [kind = '', name = ''] = copy.split('/', 2)
      if ((await client.get(pathOf(kind === 'Secret' ? kinds.secret : kinds.configMap, namespace, name), { signal })) === undefined)
        throw new KitError(
          'configuration-missing',
          `${shortDigest(release.digest)} ran with the ${kind} ${name}, which is not in ${namespace} any more.`,
        )
    }
  }
  /** Objects change with a release that has some of its own, or when the release that serves had others. */
  const bringsOthers = async (blueprint: Blueprint, signal: AbortSignal): Promise<boolean> => {
    if (blueprint.objects.length === 0) return false
    if (blueprint.origin === 'manifests') return true
    const newest = (await snapshots.list(signal)).find(({ servedAt }) => servedAt !== undefined)
    const before = newest && (await snapshots.find(newest.blueprint.release, signal))
    return canonical(before?.blueprint.objects) !== canonical(blueprint.objects)
  }
  const orWarn = (what: string, work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => log.warning(`${what}: ${messageOf(error)}. The next release tries again.`))

  const releases: Releases = {
    snapshots,
    companions,
    manifests,
    complete: async (release, signal) => {
      const loaded = await manifests(signal)
      const live = loaded === undefined ? await liveWorkload(signal) : undefined
      if (loaded === undefined && live === undefined)
        throw new KitError('workload-missing', `There is no ${options.workload} in ${namespace}, and no manifests that would create it.`)
      const inherited = live === undefined ? undefined : releaseIn(live.spec?.template)
      const objects = inherited === undefined ? [] : ((await snapshots.find(inherited, signal))?.blueprint.objects ?? [])
      const composed =
        loaded === undefined
          ? await composedFromLive(cluster, live ?? {}, objects, release, signal)
          : await composedFromManifests(
              cluster,
              loaded,
              loaded.others.map(({ object }) => object),
              release,
              signal,
            )
      snapshots.refuseTooLarge(composed)
      known.set(keyOf(composed.release), composed)
      return composed.release
    },
    composed: (release) => known.get(keyOf(release)),
    remember: (composed) => void known.set(keyOf(composed.release), composed),
    blueprint: async (release, signal) => {
      const found = known.get(keyOf(release)) ?? (await snapshots.find(release, signal))?.blueprint
      if (found !== undefined) return found
      throw new KitError(
        'release-not-kept',
        `No snapshot of ${shortDigest(release.digest)} (${release.configuration}) is kept in ${namespace}.`,
      )
    },
    provide: async (blueprint, serving, signal) => {
      const composed = known.get(keyOf(blueprint.release))
      if (composed === undefined) await requireCopies(blueprint, signal)
      else {
        await createCopies(composed.copies, signal)
        await snapshots.keep(composed, undefined, signal)
      }
      if (serving !== undefined && serving.release.digest !== '' && (await snapshots.find(serving.release, signal)) === undefined) {
        const found = await composedAsItRuns(cluster, serving.live, serving.release, signal)
        await createCopies(found.copies, signal)
        await snapshots.keep(found, clock.now(), signal)
      }
      await companions.create(
        blueprint.objects.filter(
          (object) => isNeededByPods(object) && !isPinned(object) && !(isConfiguration(object) && !options['pin-configuration']),
        ),
        keyOf(blueprint.release),
        signal,
      )
    },
    runJobs: ({ release }, signal) => runJobs(cluster, known.get(keyOf(release))?.jobs ?? [], signal),
    applyWorkload: async (blueprint, signal) => {
      if (!options['pin-configuration'] && (await bringsOthers(blueprint, signal)))
        await companions.apply(blueprint.objects.filter(isConfiguration), signal)
      // Replicas of manifests count once: a release that comes back finds the capacity that is needed now.
      const isNew = (await snapshots.find(blueprint.release, signal))?.servedAt === undefined
      return applyWorkload(cluster, blueprint, isNew ? blueprint.replicas : undefined, signal)
    },
    applyOthers: async (which, blueprint, signal) => {
      if (!(await bringsOthers(blueprint, signal))) return
      await companions.apply(
        blueprint.objects.filter((object) => isRoute(object) === (which === 'routes') && !isJob(object)),
        signal,
      )
    },
    settled: async (blueprint, signal) => {
      const kept = await snapshots.list(signal)
      const before = kept.find(({ servedAt }) => servedAt !== undefined)
      // Secrets are kept apart; those of the release that is replaced are asked for, older ones went with it.
      const replaced = before && (await snapshots.find(before.blueprint.release, signal))
      await snapshots.serves(blueprint.release, clock.now(), signal)
      if (blueprint.objects.length > 0 || blueprint.origin === 'manifests') {
        const earlier = [...kept.flatMap((each) => each.blueprint.objects), ...(replaced?.blueprint.objects ?? [])]
        await orWarn(
          'Objects of earlier releases could not be removed',
          companions.remove(withoutThose(earlier, blueprint.objects), signal),
        )
      }
      await orWarn('Snapshots of old releases could not be removed', pruneSnapshots(cluster, snapshots, signal))
    },
    tidy: async (except, signal) => {
      const left = (await snapshots.list(signal)).filter(
        ({ servedAt, blueprint }) => servedAt === undefined && !except.some((release) => sameRelease(release, blueprint.release)),
      )
      if (left.length === 0) return
      for (const { blueprint } of left) {
        const kept = await snapshots.find(blueprint.release, signal)
        await orWarn(
          'Objects that were there for a canary could not be removed',
          companions.remove(kept?.blueprint.objects ?? [], signal, keyOf(blueprint.release)),
        )
      }
      await orWarn('What was kept of releases that never served could not be removed', pruneSnapshots(cluster, snapshots, signal))
    },
  }
  return releases
}
