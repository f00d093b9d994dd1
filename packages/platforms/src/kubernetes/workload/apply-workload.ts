import { KitError } from '@deploy-kit/core'
import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import { takeOver } from '../manifests/field-managers.ts'
import { canonical } from '../objects/hash.ts'
import type { Deployment } from '../objects/models.ts'
import type { Blueprint } from '../snapshots/blueprint.ts'
import { containerOf } from './container.ts'
import { workloadKindOf } from './workload-kind.ts'
import { nameOf } from './observe.ts'
import { releaseFields } from './template.ts'
import { sameTemplate } from './template-identity.ts'

/**
 * Makes the workload what a blueprint says. A release of an image sets its own fields and leaves all others to whoever wrote them, as long as
 * the outcome is the template that was judged. Else, and for manifests, the workload is applied whole: what the blueprint does not have goes.
 * Replicas are no part of either: server-side apply would set a field that it no longer names to its default.
 * @param scale replicas to set, where manifests ask for another number
 */
export const applyWorkload = async (
  cluster: Place,
  blueprint: Blueprint,
  scale: number | undefined,
  signal: AbortSignal,
): Promise<Deployment> => {
  const { client, namespace, options } = cluster
  const kind = kinds[workloadKindOf(options)]
  const path = pathOf(kind, namespace, nameOf(cluster))
  const live = (await client.get<Deployment>(path, { signal })) ?? (await created(cluster, blueprint, signal))
  if (scale !== undefined && live.spec?.replicas !== scale)
    await client.patch(path, { spec: { replicas: scale } }, { type: 'merge-patch', signal })
  const fields = ownFields(live, blueprint, options.container)
  if (blueprint.origin !== 'manifests' && (await suffices(cluster, path, live, fields, blueprint, signal))) {
    return client.apply(path, fields, { signal })
  }
  await takeOver(client, path, true, signal)
  return client.apply(path, blueprint.workload, { signal })
}

/** The workload, made for the first time. With its replicas, so that it does not begin as one. */
const created = async (cluster: Place, { workload, replicas }: Blueprint, signal: AbortSignal): Promise<Deployment> => {
  const { client, namespace, options } = cluster
  const kind = kinds[workloadKindOf(options)]
  const object = { ...workload, spec: { ...workload.spec, ...(replicas !== undefined && { replicas }) } } as Deployment
  try {
    return await client.create<Deployment>(pathOf(kind, namespace), object, { signal })
  } catch (error) {
    // A try that seemed to fail may have made it.
    const found =
      error instanceof KitError && error.code === 'cluster-conflict'
        ? await client.get<Deployment>(pathOf(kind, namespace, nameOf(cluster)), { signal })
        : undefined
    if (found === undefined) throw error
    return found
  }
}

const ownFields = (live: Deployment, { release, workload }: Blueprint, container: string | undefined): Deployment =>
  ({
    apiVersion: workload.apiVersion,
    kind: workload.kind,
    metadata: { name: live.metadata?.name, namespace: live.metadata?.namespace },
    spec: {
      selector: live.spec?.selector,
      template: releaseFields(workload.spec?.template ?? {}, release, containerOf(workload, container).name),
    },
  }) as Deployment

/** Whether setting the release's own fields gives the workload of the blueprint, which the server knows best. */
const suffices = async (
  cluster: Place,
  path: string,
  live: Deployment,
  fields: Deployment,
  { workload }: Blueprint,
  signal: AbortSignal,
): Promise<boolean> => {
  const outcome = await cluster.client.apply<Deployment>(path, fields, { signal, query: { dryRun: 'All' } }).catch((error: unknown) => {
    if (error instanceof KitError && error.code === 'cluster-refused') return undefined
    throw error
  })
  return outcome !== undefined && sameTemplate(outcome.spec?.template, workload.spec?.template) && rest(outcome) === rest(live)
}

const rest = ({ spec }: Deployment): string => canonical({ ...spec, template: undefined })
