import { KitError } from '@deploy-kit/core'
import { orNone, kinds, pathOf, type KubeObject } from '../api/index.ts'
import { autoscalersOf } from '../autoscaling/autoscalers.ts'
import type { Cluster } from '../cluster.ts'
import { helmProgram } from '../helm/program.ts'
import type { ServedKind } from '../manifests/discovery.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import type { Deployment, Service } from '../objects/models.ts'
import { neighbourGroups } from '../preflight/read-neighbours.ts'
import { survey } from '../routers/auto/index.ts'
import { chosenRouter } from '../routers/index.ts'
import { routerContext } from '../routers/open-router.ts'
import { nameOf } from '../workload/observe.ts'
import { inFrontOf } from '../workload/services.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import type { KnownOfCluster } from './parts.ts'
import type { Looked } from './role-names.ts'

/** What was looked at, and may be built upon. */
export type LookedAtAll = Looked & KnownOfCluster

/**
 * Looks at the cluster for what the role of a configuration depends on: what it is called, what is in use, what comes with it. Changes nothing.
 * @param seen what somebody has looked at already
 * @throws KitError as requests do; what this user may not list counts as not there
 */
export const lookForRole = async (cluster: Cluster, signal: AbortSignal, seen: Looked = {}): Promise<LookedAtAll> => {
  const [groups, front, autoscalers, brought] = await Promise.all([
    neighbourGroups(cluster, signal),
    seen.front ?? frontOf(cluster, signal),
    seen.autoscalers ?? autoscalerNames(cluster, signal),
    broughtKinds(cluster, seen.objects, signal),
  ])
  const isOpen = chosenRouter(cluster.options.router).name === 'auto' && workloadKindOf(cluster.options) === 'deployment'
  const inUse = isOpen && front !== undefined ? (await survey(routerContext(cluster, front), signal)).inUse : []
  return { groups: new Set(groups.keys()), front, autoscalers, inUse, brought }
}

/** Name of the Service in front of the workload, where it is clear which that is. */
const frontOf = async (cluster: Cluster, signal: AbortSignal): Promise<string | undefined> => {
  const { client, namespace, options } = cluster
  if (options.service !== undefined || workloadKindOf(options) !== 'deployment') return options.service
  const workload = await orNone(
    client.get<Deployment>(pathOf(kinds[workloadKindOf(options)], namespace, nameOf(cluster)), { signal }),
    undefined,
  )
  if (workload === undefined) return undefined
  const { items } = await orNone(client.list<Service>(pathOf(kinds.service, namespace), { signal }), { items: [] as readonly Service[] })
  const [only, ...others] = inFrontOf(workload, items)
  return others.length === 0 ? only?.metadata?.name : undefined
}

const autoscalerNames = async (cluster: Cluster, signal: AbortSignal): Promise<readonly string[]> =>
  (await orNone(autoscalersOf(cluster, signal), [])).map(({ metadata }) => metadata?.name ?? '')

/** The kinds that manifests have beside the workload, or that a chart has put into the cluster. One that the cluster does not know yet is left out. */
const broughtKinds = async (
  cluster: Cluster,
  kept: readonly KubeObject[] | undefined,
  signal: AbortSignal,
): Promise<readonly ServedKind[]> => {
  const { discovery } = cluster.releases.companions
  const objects = kept ?? (await broughtObjects(cluster, signal))
  const found = await Promise.all(objects.map((object) => discovery.find(object, signal)))
  return [...new Map(found.flatMap((kind) => (kind === undefined ? [] : [[`${kind.apiVersion}/${kind.plural}`, kind] as const]))).values()]
}

const broughtObjects = async (cluster: Cluster, signal: AbortSignal): Promise<readonly KubeObject[]> => {
  const { helm } = cluster.options
  if (helm === undefined) return ((await cluster.releases.manifests(signal))?.others ?? []).map(({ object }) => object)
  const text = await helmProgram(cluster.options).run(['get', 'manifest', helm.release], signal).catch(unlessHelms)
  return readManifests([{ file: `helm get manifest ${helm.release}`, text }]).map(({ object }) => object)
}

/** What is wrong with helm is told by the look at helm. */
const unlessHelms = (error: unknown): string => {
  if (error instanceof KitError && (error.code === 'tool-missing' || error.code === 'helm-failed')) return ''
  throw error
}
