import { KitError } from '@deploy-kit/core'
import type { Finding } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { companionsFor, companionPath } from '../companions/index.ts'
import type { Situation } from './situation.ts'

/**
 * Whether the server would take what a release makes beside the workload: validation, admission webhooks, fields that cannot be changed. Nothing is stored
 * (`dryRun=All`). Pods are not among it: what is against them shows when the first one is made.
 */
export const dryRun = async (situation: Situation, cluster: Place, signal: AbortSignal): Promise<readonly Finding[]> => {
  const { client, namespace } = cluster
  const { canary, plan } = situation
  const beside: readonly (readonly [string, KubeObject])[] =
    plan.strategy === 'rolling'
      ? []
      : [
          [pathOf(kinds.deployment, namespace, canary.deployment.metadata?.name), canary.deployment],
          ...(canary.service === undefined
            ? []
            : [[pathOf(kinds.service, namespace, canary.service.metadata?.name), canary.service] as const]),
          ...companionsFor(situation).map((object) => [companionPath(object), object] as const),
        ]
  const answers = await Promise.all(
    beside.map(async ([path, object]): Promise<readonly Finding[]> => {
      try {
        await client.apply(path, object, { signal, query: { dryRun: 'All' } })
        return []
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof KitError)) throw error
        // What this user may not do is told by the look at the permissions, all of it at once.
        return error.code === 'cluster-forbidden' ? [] : [{ severity: 'error', code: error.code, message: error.message }]
      }
    }),
  )
  return answers.flat()
}
