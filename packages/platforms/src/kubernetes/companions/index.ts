import { unlessForbidden, kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import type { Deployment } from '../objects/models.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { budgetFor } from './budget.ts'
import { policyFor } from './policy.ts'
import type { Sides } from './sides.ts'
import { companionSources } from './sources.ts'

/** What the canary gets beside its Deployment and Service, so that the cluster treats it as it treats stable. */
export const companionsFor = (sides: Sides): readonly KubeObject[] => [budgetFor(sides), policyFor(sides)].flatMap((object) => object ?? [])

export const companionPath = ({ kind, metadata }: KubeObject): string =>
  pathOf(kind === kinds.networkPolicy.kind ? kinds.networkPolicy : kinds.podDisruptionBudget, metadata?.namespace ?? '', metadata?.name)

/** Makes the companions of a canary. Before its pods, so that no policy is late. */
export const makeCompanions = async (stable: Deployment, deployment: Deployment, cluster: Place, signal: AbortSignal): Promise<void> => {
  const sources = await companionSources(cluster, signal)
  for (const object of companionsFor({ ...sources, stable, canary: { deployment } }))
    await cluster.client.apply(companionPath(object), object, { signal }).catch((error: unknown) => {
      unlessForbidden(error)
      cluster.log.warning(`The ${object.kind ?? ''} of stable does not hold for the canary: this user may not make one.`)
    })
}

/** Removes the companions of the canary of a workload. A kind of which this user may not remove any had none made. */
export const removeCompanions = async (workload: string, { client, namespace }: Place, signal: AbortSignal): Promise<void> => {
  for (const kind of [kinds.podDisruptionBudget, kinds.networkPolicy])
    await client.remove(pathOf(kind, namespace, canaryNameOf(workload)), { signal }).catch(unlessForbidden)
}
