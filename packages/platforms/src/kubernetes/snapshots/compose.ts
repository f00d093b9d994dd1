import { configurationOf, type Release } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import type { Configuration } from '../configuration/copies.ts'
import { pinned, unpinned, type ConfigurationSource, type Pinned } from '../configuration/pin.ts'
import { composeJobs } from '../jobs/compose-jobs.ts'
import { isAutoscaled } from '../manifests/autoscaler.ts'
import type { Manifest } from '../manifests/manifest.ts'
import { stripped } from '../manifests/stripped.ts'
import type { WorkloadManifests } from '../manifests/workload-of.ts'
import { canonical, shortHash } from '../objects/hash.ts'
import { ours } from '../objects/labels.ts'
import { containerOf } from '../workload/container.ts'
import { nameOf } from '../workload/observe.ts'
import { releaseIn, withRelease } from '../workload/template.ts'
import { identityText } from '../workload/template-identity.ts'
import type { Deployment, PodTemplate } from '../objects/models.ts'
import type { Composed } from './blueprint.ts'

/**
 * The release that an image is together with manifests: their workload with that image, and all that goes with it.
 * @param objects the other manifests, with their namespaces
 */
export const composedFromManifests = async (
  cluster: Place,
  { workload: { object: workload } }: WorkloadManifests,
  objects: readonly Manifest['object'][],
  release: Release,
  signal: AbortSignal,
): Promise<Composed> => {
  const { namespace } = cluster
  const { replicas } = workload.spec ?? {}
  const named: Deployment = { ...stripped(workload), metadata: { ...stripped(workload).metadata, namespace } }
  const others = objects.map(stripped)
  const inManifests = (reference: { readonly kind: string; readonly name: string }): Configuration | undefined =>
    others.find(
      ({ kind, metadata }) =>
        kind === reference.kind && metadata?.name === reference.name && (metadata.namespace ?? namespace) === namespace,
    )
  const live = liveConfiguration(cluster, signal)
  const source: ConfigurationSource = async (reference) => inManifests(reference) ?? live(reference)
  const whole = await composed(cluster, named, release, source, [
    shortHash(canonical(others)),
    shortHash(canonical(withoutTemplate(named))),
  ])
  const { jobs, ...read } = await composeJobs(others, { workload: named, container: cluster.options.container, release }, (template) =>
    pin(cluster, template, source),
  )
  const scaled = replicas !== undefined && !(await isAutoscaled(cluster, others, signal))
  return {
    ...whole,
    copies: [...whole.copies, ...read.copies],
    missing: [...whole.missing, ...read.missing],
    jobs,
    origin: 'manifests',
    objects: others,
    ...(scaled && { replicas }),
  }
}

/** The release that an image is on the workload as it stands; `objects` are those of the release before, which stay as they are. */
export const composedFromLive = async (
  cluster: Place,
  live: Deployment,
  objects: readonly KubeObject[],
  release: Release,
  signal: AbortSignal,
): Promise<Composed> => ({
  ...(await composed(cluster, bare(live), release, liveConfiguration(cluster, signal), [])),
  origin: 'image',
  objects,
})

/** What runs, under the name that it has: to be kept, so that it can come back. */
export const composedAsItRuns = async (cluster: Place, live: Deployment, release: Release, signal: AbortSignal): Promise<Composed> => {
  const { options } = cluster
  const template = live.spec?.template ?? {}
  // A release that somebody has changed past us keeps its variables; they are a part of what was found.
  const { [ours.release]: _, ...annotations } = template.metadata?.annotations ?? {}
  const found =
    releaseIn(template)?.image === release.image
      ? live
      : withTemplate(live, { ...template, metadata: { ...template.metadata, annotations } })
  const draft = withRelease(found, release, options.container)
  const pins = await pin(cluster, draft, liveConfiguration(cluster, signal))
  return { ...pins, release, origin: 'adopted', workload: withTemplate(bare(live), pins.template), objects: [] }
}

const composed = async (
  cluster: Place,
  workload: Deployment,
  release: Release,
  source: ConfigurationSource,
  further: readonly string[],
): Promise<Omit<Composed, 'origin' | 'objects'>> => {
  const { container } = cluster.options
  const { template, ...pins } = await pin(cluster, withRelease(workload, release, container), source)
  const identity = shortHash(identityText(template, containerOf(workload, container).name))
  const complete: Release = { ...release, configuration: configurationOf(release.environment, identity, ...further) }
  const annotations = { ...template.metadata?.annotations, [ours.release]: JSON.stringify(complete) }
  return {
    ...pins,
    release: complete,
    workload: withTemplate(withoutReplicas(workload), { ...template, metadata: { ...template.metadata, annotations } }),
  }
}

const pin = async (cluster: Place, template: PodTemplate, source: ConfigurationSource): Promise<Pinned> => {
  if (!cluster.options['pin-configuration']) return { template: unpinned(template), copies: [], missing: [] }
  return pinned(template, source, { app: cluster.app, workload: nameOf(cluster), namespace: cluster.namespace })
}

const liveConfiguration =
  ({ client, namespace }: Place, signal: AbortSignal): ConfigurationSource =>
  ({ kind, name }) =>
    client.get<Configuration>(pathOf(kind === 'Secret' ? kinds.secret : kinds.configMap, namespace, name), { signal })

/** A workload as far as a release of an image has anything to do with it. */
const bare = ({ apiVersion = 'apps/v1', kind = 'Deployment', metadata, spec }: Deployment): Deployment => ({
  apiVersion,
  kind,
  metadata: { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' },
  ...(spec !== undefined && { spec }),
})

const withoutReplicas = (workload: Deployment): Deployment => {
  if (workload.spec === undefined) return workload
  const { replicas: _, ...spec } = workload.spec
  return { ...workload, spec }
}

const withoutTemplate = ({ metadata, spec }: Deployment): object => ({
  labels: metadata?.labels,
  annotations: metadata?.annotations,
  spec: { ...spec, template: undefined },
})

const withTemplate = (workload: Deployment, template: PodTemplate): Deployment => {
  const { spec } = withoutReplicas(workload)
  return spec === undefined ? workload : { ...workload, spec: { ...spec, template } }
}
