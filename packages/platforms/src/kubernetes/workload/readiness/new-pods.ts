import { kinds, pathOf, type KubeClient } from '../../api/index.ts'
import { selectorText } from '../../objects/labels.ts'
import type { ControllerRevision, Pod, ReplicaSet, StatefulSet, Workload } from '../../objects/models.ts'
import type { WorkloadKind } from '../workload-kind.ts'

const templateHash = 'pod-template-hash'
const revisionHash = 'controller-revision-hash'
const revisionAnnotation = 'deployment.kubernetes.io/revision'

/**
 * Which pods are of a workload's present template: what is wrong with the others says nothing about what is released. Undefined while its
 * controller has not said so yet. The answer is asked for once for each template.
 */
export const newPods = (client: KubeClient, namespace: string, kind: WorkloadKind) => {
  let answer: { readonly for: string; readonly hash: string } | undefined

  const hashOf = async (workload: Workload, signal: AbortSignal): Promise<string | undefined> => {
    const selector = { labelSelector: selectorText(workload.spec?.selector ?? {}) }
    switch (kind) {
      case 'statefulSet':
        return (workload as StatefulSet).status?.updateRevision
      case 'deployment': {
        const { items } = await client.list<ReplicaSet>(pathOf(kinds.replicaSet, namespace), { signal, query: selector })
        const revision = revisionOf(workload)
        return items.find((set) => isOwned(set, workload) && revisionOf(set) === revision)?.metadata?.labels?.[templateHash]
      }
      case 'daemonSet': {
        const { items } = await client.list<ControllerRevision>(pathOf(kinds.controllerRevision, namespace), { signal, query: selector })
        const newest = items.filter((each) => isOwned(each, workload)).toSorted((a, b) => b.revision - a.revision)[0]
        return newest?.metadata?.labels?.[revisionHash]
      }
    }
  }

  return async (workload: Workload, pods: readonly Pod[], signal: AbortSignal): Promise<readonly Pod[]> => {
    const { generation = 0 } = workload.metadata ?? {}
    if ((workload.status?.observedGeneration ?? 0) < generation) return []
    const asked = `${generation}/${revisionOf(workload) ?? ''}`
    if (answer?.for !== asked || kind === 'statefulSet') {
      const hash = await hashOf(workload, signal)
      if (hash === undefined) return []
      answer = { for: asked, hash }
    }
    const label = kind === 'deployment' ? templateHash : revisionHash
    return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined && metadata?.labels?.[label] === answer?.hash)
  }
}

const revisionOf = ({ metadata }: Workload | ReplicaSet): string | undefined => metadata?.annotations?.[revisionAnnotation]

const isOwned = ({ metadata }: ReplicaSet | ControllerRevision, by: Workload): boolean =>
  metadata?.ownerReferences?.some(({ uid }) => uid === by.metadata?.uid) === true
