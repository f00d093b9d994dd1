import { KitError } from '@deploy-kit/core'
import type { ObjectChange, Release } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import { unpinned } from '../configuration/pin.ts'
import { isJob } from '../jobs/compose-jobs.ts'
import { jobChanges } from '../jobs/job-changes.ts'
import type { Blueprint } from '../snapshots/blueprint.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { nameOf } from '../workload/observe.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import type { Deployment, PodTemplate } from '../objects/models.ts'
import { changesBetween } from './diff.ts'
import { calledObject } from './manifest.ts'
import { withoutThose } from './objects.ts'
import { inOrder } from './order.ts'

/**
 * What a release changes in the cluster, object by object, as the server itself works it out in a dry run. Nothing is stored, and values of
 * Secrets are not shown.
 */
export const changesOf = async (cluster: Cluster, release: Release, signal: AbortSignal): Promise<readonly ObjectChange[]> => {
  const { client, namespace, options, releases } = cluster
  const blueprint = await releases.blueprint(release, signal)
  const path = pathOf(kinds[workloadKindOf(options)], namespace, nameOf(cluster))
  const live = await client.get<Deployment>(path, { signal })
  const earlier = live && (await releases.snapshots.list(signal)).find(({ servedAt }) => servedAt !== undefined)?.blueprint
  const gone = blueprint.objects.length === 0 ? [] : withoutThose(earlier?.objects ?? [], blueprint.objects)
  const others =
    blueprint.origin === 'manifests'
      ? await Promise.all(
          inOrder(blueprint.objects.filter((object) => !isJob(object))).map((object) => changesOfObject(cluster, object, signal)),
        )
      : []
  const jobs = await jobChanges(client, releases.composed(release)?.jobs ?? [], namespace, dryRun, signal)
  return [
    ...jobs,
    ...(await changesOfWorkload(cluster, blueprint, live, path, signal)),
    ...others.flat(),
    ...gone.map((object) => changed('removed', object)),
  ]
}

const changesOfWorkload = async (
  cluster: Cluster,
  { workload, replicas }: Blueprint,
  live: Deployment | undefined,
  path: string,
  signal: AbortSignal,
): Promise<readonly ObjectChange[]> => {
  if (live === undefined) return [changed('added', workload)]
  const after = await dryRun(cluster.client.apply<Deployment>(path, workload, { signal, query: { dryRun: 'All' } }))
  if (after?.spec === undefined) return []
  const template = await templateFromNothing(cluster, workload, signal)
  const spec = { ...after.spec, ...(template !== undefined && { template }), ...(replicas !== undefined && { replicas }) }
  return ifAny(workload, changesBetween(plain(live), plain({ ...after, spec })))
}

/**
 * The template as the server completes it when nothing is there before, which a dry run in the canary's place shows: what is not in the
 * manifests any more goes, even where another manager has it until deploy-kit's first apply.
 */
const templateFromNothing = async (
  { client, namespace, options }: Cluster,
  workload: Deployment,
  signal: AbortSignal,
): Promise<PodTemplate | undefined> => {
  if (workloadKindOf(options) !== 'deployment') return undefined
  const name = canaryNameOf(workload.metadata?.name ?? '')
  const beside = { ...workload, metadata: { name, namespace } }
  const answer = await dryRun(
    client.apply<Deployment>(pathOf(kinds.deployment, namespace, name), beside, { signal, query: { dryRun: 'All' } }),
  )
  return answer?.spec?.template
}

const changesOfObject = async (
  { client, releases }: Cluster,
  object: KubeObject,
  signal: AbortSignal,
): Promise<readonly ObjectChange[]> => {
  const known = releases.companions.discovery
  if ((await known.find(object, signal)) === undefined) return [changed('added', object)]
  const path = await known.path(object, signal)
  const live = await client.get(path, { signal })
  if (live === undefined) return [changed('added', object)]
  const after = await dryRun(client.apply(path, object, { signal, query: { dryRun: 'All' } }))
  return after === undefined ? [] : ifAny(object, changesBetween(live, after))
}

/** What the server refuses is told as what stands against the release. */
const dryRun = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof KitError && error.code.startsWith('cluster-')) return undefined
    throw error
  })

/** A workload with the names that its owners gave to what it reads: that a copy is read is no change of theirs. */
const plain = (workload: Deployment): Deployment =>
  workload.spec === undefined ? workload : { ...workload, spec: { ...workload.spec, template: unpinned(workload.spec.template) } }

const changed = (change: ObjectChange['change'], object: KubeObject, fields: readonly string[] = []): ObjectChange => ({
  change,
  object: calledObject(object),
  fields,
})

const ifAny = (object: KubeObject, fields: readonly string[]): readonly ObjectChange[] =>
  fields.length === 0 ? [] : [changed('changed', object, fields)]
