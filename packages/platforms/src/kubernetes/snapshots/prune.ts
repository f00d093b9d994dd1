import { recordStore } from '@deploy-kit/records'
import { sameRelease, type Release } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { copiesIn } from '../configuration/pin.ts'
import { ours, selectorText } from '../objects/labels.ts'
import { asLabel } from '../objects/names.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import { nameOf } from '../workload/observe.ts'
import { releaseIn } from '../workload/template.ts'
import type { Deployment, PodTemplate } from '../objects/models.ts'
import type { Kept, Snapshots } from './snapshots.ts'

/** Templates that may run again without us: those of both sides, and what the controllers keep of earlier ones. */
interface Runnable {
  readonly templates: readonly PodTemplate[]
  /** Everything that may come back, as text: revisions of a StatefulSet are of no kind that could be read further. */
  readonly text: string
}

/**
 * Removes the snapshots of releases that neither run, nor can come back, nor are among the last that served, and with them the copies of
 * ConfigMaps and Secrets that no other release reads.
 */
export const pruneSnapshots = async (cluster: Place, snapshots: Snapshots, signal: AbortSignal): Promise<void> => {
  const { guard, options } = cluster
  const [kept, recorded, runnable] = await Promise.all([
    snapshots.list(signal),
    recordStore(guard.documents).list(signal),
    runnableOf(cluster, signal),
  ])
  const needed: readonly Release[] = [
    ...recorded.filter(({ outcome }) => outcome === 'promoted').map(({ release }) => release),
    ...runnable.templates.map((template) => releaseIn(template)).filter((release) => release !== undefined),
  ]
  const isNeeded = ({ blueprint: { release }, servedAt }: Kept, index: number): boolean =>
    (servedAt !== undefined && index < options['keep-releases']) || needed.some((other) => sameRelease(other, release))
  const gone = kept.filter((each, index) => !isNeeded(each, index))
  if (gone.length === 0) return
  const staying = kept.filter((each) => !gone.includes(each))
  const read = new Set(staying.flatMap(({ blueprint }) => copiesIn(blueprint.workload.spec?.template ?? {})))
  const copies = new Set(
    gone.flatMap(({ blueprint }) => copiesIn(blueprint.workload.spec?.template ?? {})).filter((copy) => !read.has(copy)),
  )
  for (const copy of copies) if (!runnable.text.includes(`"${nameIn(copy)}"`)) await removeCopy(cluster, copy, signal)
  for (const each of gone) await snapshots.remove(each, signal)
}

const nameIn = (copy: string): string => copy.slice(copy.indexOf('/') + 1)

/** Removes a copy of ours; an object that only has its name stays. */
const removeCopy = async (cluster: Place, copy: string, signal: AbortSignal): Promise<void> => {
  const { client, namespace } = cluster
  const path = pathOf(copy.startsWith('Secret/') ? kinds.secret : kinds.configMap, namespace, nameIn(copy))
  const found = await client.get(path, { signal })
  const labels = found?.metadata?.labels ?? {}
  if (labels[ours.part] !== 'configuration' || labels[ours.workload] !== asLabel(nameOf(cluster))) return
  await client.remove(path, { signal, preconditions: { uid: found?.metadata?.uid ?? '' } })
}

interface Owned extends KubeObject {
  readonly metadata?: NonNullable<KubeObject['metadata']> & { readonly ownerReferences?: readonly { readonly uid: string }[] }
  readonly spec?: { readonly template?: PodTemplate }
}

const runnableOf = async (cluster: Place, signal: AbortSignal): Promise<Runnable> => {
  const { client, namespace, options } = cluster
  const kind = kinds[workloadKindOf(options)]
  const sides = [
    pathOf(kind, namespace, nameOf(cluster)),
    // Nothing stands beside what is released in place.
    ...(kind === kinds.deployment ? [pathOf(kind, namespace, canaryNameOf(nameOf(cluster)))] : []),
  ]
  const live = (await Promise.all(sides.map((path) => client.get<Deployment>(path, { signal })))).filter((side) => side !== undefined)
  const revisions = await Promise.all(
    live.map(async ({ metadata, spec, kind: of }) => {
      const path = pathOf(of === 'Deployment' ? kinds.replicaSet : kinds.controllerRevision, namespace)
      const { items } = await client.list<Owned>(path, { signal, query: { labelSelector: selectorText(spec?.selector ?? {}) } })
      return items.filter((each) => each.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid) === true)
    }),
  )
  const templates = [...live, ...revisions.flat()].map(({ spec }) => spec?.template).filter((template) => template !== undefined)
  return { templates, text: JSON.stringify([live, revisions]) }
}
