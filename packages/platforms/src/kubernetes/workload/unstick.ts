import { messageOf } from '@deploy-kit/core'
import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import { selectorText } from '../objects/labels.ts'
import type { Pod, StatefulSet } from '../objects/models.ts'
import { isReady } from './pods.ts'

const everyMs = 1_000

/**
 * Deletes pods of a StatefulSet that hold its update up, until the signal is aborted. With the policy OrderedReady its controller waits for a pod that
 * is not ready before it replaces any, also when it is of a template that was given up and never will be (kubernetes/kubernetes#67250; the
 * documentation of StatefulSets calls it "forced rollback"). Such a pod is deleted when it was found so twice, and made anew from the present template.
 */
export const unstick = async ({ client, clock, namespace, log }: Place, name: string, signal: AbortSignal): Promise<void> => {
  const path = pathOf(kinds.statefulSet, namespace, name)
  let suspects = new Set<string>()
  const look = async (): Promise<void> => {
    const set = await client.get<StatefulSet>(path, { signal })
    if (set?.status?.updateRevision === undefined || (set.status.observedGeneration ?? 0) < (set.metadata?.generation ?? 0)) return
    const query = { labelSelector: selectorText(set.spec?.selector ?? {}) }
    const { items } = await client.list<Pod>(pathOf(kinds.pod, namespace), { signal, query })
    const givenUp = items.filter(
      (pod) =>
        pod.metadata?.deletionTimestamp === undefined &&
        pod.metadata?.ownerReferences?.some(({ uid }) => uid === set.metadata?.uid) === true &&
        pod.metadata.labels?.['controller-revision-hash'] !== set.status?.updateRevision &&
        !isReady(pod),
    )
    for (const { metadata } of givenUp.filter((pod) => suspects.has(pod.metadata?.uid ?? ''))) {
      log.info(`pod ${metadata?.name ?? ''} is of a template that was given up, and is deleted`)
      await client.remove(pathOf(kinds.pod, namespace, metadata?.name ?? ''), { signal, preconditions: { uid: metadata?.uid ?? '' } })
    }
    suspects = new Set(givenUp.map(({ metadata }) => metadata?.uid ?? ''))
  }
  while (!signal.aborted) {
    // What fails here is tried again; whether the workload becomes whole is found out elsewhere.
    await look().catch((error: unknown) => {
      if (!signal.aborted) log.debug(`looking for pods of ${name} that hold it up: ${messageOf(error)}`)
    })
    await clock.sleep(everyMs, signal).catch(() => undefined)
  }
}
