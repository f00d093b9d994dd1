import { unlessForbidden, kinds, pathOf, type Kind, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import type { NetworkPolicy, PodDisruptionBudget } from '../objects/models.ts'

/** What may hold for stable's pods, and must then hold for the canary's. */
export interface CompanionSources {
  readonly budgets: readonly PodDisruptionBudget[]
  readonly policies: readonly NetworkPolicy[]
}

/** Budgets and policies of the namespace; none where this user may not see them, which preflight has told. */
export const companionSources = async ({ client, namespace }: Place, signal: AbortSignal): Promise<CompanionSources> => {
  const all = async <T extends KubeObject>(kind: Kind): Promise<readonly T[]> =>
    (await client.list<T>(pathOf(kind, namespace), { signal }).catch(unlessForbidden))?.items ?? []
  const [budgets, policies] = await Promise.all([
    all<PodDisruptionBudget>(kinds.podDisruptionBudget),
    all<NetworkPolicy>(kinds.networkPolicy),
  ])
  return { budgets, policies }
}
