import { configurationOf, sameRelease, type Release } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import { ours, selectorText } from '../objects/labels.ts'
import type { ControllerRevision, Deployment, PodTemplate, ReplicaSet, Workload } from '../objects/models.ts'
import { containerOf } from './container.ts'
import { releaseOf } from './revision.ts'
import type { WorkloadKind } from './workload-kind.ts'

/**
 * The template by which a workload ran a release before, from the history that its controller keeps: ReplicaSets, or ControllerRevisions. The
 * newest of them that is the release; undefined when there is none any more. Never "the one before": that may be another bad one.
 */
export const earlierTemplate = async (
  { client, namespace, options }: Place,
  kind: WorkloadKind,
  workload: Workload,
  release: Release,
  signal: AbortSignal,
): Promise<PodTemplate | undefined> => {
  const query = { labelSelector: selectorText(workload.spec?.selector ?? {}) }
  const owned = ({ metadata }: ReplicaSet | ControllerRevision): boolean =>
    metadata?.ownerReferences?.some(({ uid }) => uid === workload.metadata?.uid) === true
  const history =
    kind === 'deployment'
      ? (await client.list<ReplicaSet>(pathOf(kinds.replicaSet, namespace), { signal, query })).items.filter(owned).map(ofReplicaSet)
      : (await client.list<ControllerRevision>(pathOf(kinds.controllerRevision, namespace), { signal, query })).items
          .filter(owned)
          .map(ofRevision)
  return history
    .toSorted((a, b) => b.revision - a.revision)
    .map(({ template }) => template)
    .find((template) => template !== undefined && isRelease(template, release, options.container))
}

interface Kept {
  readonly revision: number
  readonly template: PodTemplate | undefined
}

const hashLabel = 'pod-template-hash'

/** A ReplicaSet has the template of its Deployment with one label more. */
const ofReplicaSet = ({ metadata, spec }: ReplicaSet): Kept => {
  const { [hashLabel]: _hash, ...labels } = spec?.template?.metadata?.labels ?? {}
  return {
    revision: Number(metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? 0),
    template: spec?.template && { ...spec.template, metadata: { ...spec.template.metadata, labels } },
  }
}

/** A ControllerRevision holds a patch that replaces the template (kubernetes, pkg/controller/history). */
const ofRevision = ({ revision, data }: ControllerRevision): Kept => {
  const patch = data as { readonly spec?: { readonly template?: PodTemplate & { readonly $patch?: string } } } | undefined
  if (patch?.spec?.template === undefined) return { revision, template: undefined }
  const { $patch: _directive, ...template } = patch.spec.template
  return { revision, template }
}

/** A template that deploy-kit wrote says which release it is; any other is known by its image, and ran with nothing of ours. */
const isRelease = (template: PodTemplate, release: Release, container: string | undefined): boolean => {
  const workload = { spec: { template } } as Deployment
  if (sameRelease(releaseOf(workload, undefined, container), release)) return true
  const isForeign = template.metadata?.annotations?.[ours.release] === undefined
  const { image = '' } = containerOf(workload, container)
  return isForeign && [image, `${image}@${release.digest}`].includes(release.image) && release.configuration === configurationOf({})
}
