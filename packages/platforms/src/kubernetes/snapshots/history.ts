import { configurationOf, type KnownRelease, type Release } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import { shortHash } from '../objects/hash.ts'
import { selectorText } from '../objects/labels.ts'
import { containerOf } from '../workload/container.ts'
import { nameOf } from '../workload/observe.ts'
import { releaseOf } from '../workload/revision.ts'
import { releaseIn } from '../workload/template.ts'
import { identityText } from '../workload/template-identity.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import type { Deployment, PodTemplate } from '../objects/models.ts'
import { composedAsItRuns } from './compose.ts'

interface Revision extends KubeObject {
  readonly metadata?: NonNullable<KubeObject['metadata']> & {
    readonly creationTimestamp?: string
    readonly ownerReferences?: readonly { readonly uid: string }[]
  }
  readonly spec?: { readonly template?: PodTemplate }
}

/** Label that the Deployment controller adds to the templates of its ReplicaSets. */
const templateHash = 'pod-template-hash'

/**
 * The releases in the history of a Deployment, its ReplicaSets, newest first. Their templates are remembered, so that they can come back, with
 * the configuration of now where they read it by its own name. Templates whose image is not named by digest are left out: nobody could tell
 * whether they came back.
 */
export const historyOf = async (cluster: Cluster, signal: AbortSignal): Promise<readonly KnownRelease[]> => {
  const { client, namespace, options, releases } = cluster
  if (workloadKindOf(options) !== 'deployment') return []
  const live = await client.get<Deployment>(pathOf(kinds.deployment, namespace, nameOf(cluster)), { signal })
  if (live === undefined) return []
  const query = { labelSelector: selectorText(live.spec?.selector ?? {}) }
  const { items } = await client.list<Revision>(pathOf(kinds.replicaSet, namespace), { signal, query })
  const owned = items.filter(({ metadata }) => metadata?.ownerReferences?.some(({ uid }) => uid === live.metadata?.uid) === true)
  const found = await Promise.all(owned.map((revision) => releaseOfRevision(cluster, live, revision, signal)))
  for (const { composed } of found.flat()) releases.remember(composed)
  return found
    .flat()
    .map(({ composed: { release }, at }) => ({ release, at }))
    .toSorted((a, b) => b.at - a.at)
}

const releaseOfRevision = async (cluster: Cluster, live: Deployment, { metadata, spec }: Revision, signal: AbortSignal) => {
  const { [templateHash]: _, ...labels } = spec?.template?.metadata?.labels ?? {}
  const template: PodTemplate = { ...spec?.template, metadata: { ...spec?.template?.metadata, labels } }
  const revision: Deployment = { ...live, spec: { selector: {}, ...live.spec, template } }
  const { options } = cluster
  const release = named(revision, options.container)
  if (release.digest === '') return []
  const composed = await composedAsItRuns(cluster, revision, release, signal)
  return [{ composed: { ...composed, origin: 'history' as const }, at: Date.parse(metadata?.creationTimestamp ?? '') || 0 }]
}

/** What deploy-kit wrote into the template; else a release by its image, whose configuration is told by what the template is. */
const named = (revision: Deployment, container: string | undefined): Release => {
  const release = releaseOf(revision, undefined, container)
  const template = revision.spec?.template ?? {}
  if (releaseIn(template)?.image === release.image) return release
  return { ...release, configuration: configurationOf({}, shortHash(identityText(template, containerOf(revision, container).name))) }
}
