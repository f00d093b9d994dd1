import { kinds, pathOf } from '../api/index.ts'
import type { Place } from '../place.ts'
import { selectorText } from '../objects/labels.ts'
import type { Job, Pod } from '../objects/models.ts'
import { lastLines } from '../workload/readiness/last-lines.ts'
import { podFault } from '../workload/readiness/pod-fault.ts'

/** What a Job waits for in vain. That its program fails is its own affair: it has a `backoffLimit`. */
const inVain = /^(?:Unschedulable|InvalidImageName|ErrImageNeverPull|ImagePullBackOff|CreateContainer(?:Config)?Error)$/

/** What Jobs need to know of an opened platform. */
export type JobPlace = Pick<Place, 'client' | 'namespace' | 'clock' | 'log' | 'app' | 'options' | 'jobWithinMs' | 'scheduleWithinMs'>

export interface JobFault {
  /** Why a Job that runs will never end, once that is certain. */
  find(job: Job, signal: AbortSignal): Promise<string | undefined>
  /** The end of the log of its newest pod, with the name of that pod; '' when there is none. */
  lastWords(job: Job, signal: AbortSignal): Promise<string>
}

export const jobFault = ({ client, namespace, clock, scheduleWithinMs }: JobPlace): JobFault => {
  const since = new Map<string, number>()
  /** Of this very Job: pods of one that it replaces carry the same name for a while. */
  const podsOf = async ({ metadata }: Job, signal: AbortSignal): Promise<readonly Pod[]> => {
    const labelSelector = selectorText({ matchLabels: { 'batch.kubernetes.io/controller-uid': metadata?.uid ?? '' } })
    const { items } = await client.list<Pod>(pathOf(kinds.pod, metadata?.namespace ?? namespace), { signal, query: { labelSelector } })
    return items.toSorted((a, b) => createdAt(b) - createdAt(a))
  }
  return {
    find: async (job, signal) => {
      for (const pod of await podsOf(job, signal)) {
        const fault = podFault(pod, { scheduleWithinMs })
        if (fault === undefined || !inVain.test(fault.reason)) continue
        const key = `${fault.object} ${fault.reason}`
        const first = since.get(key) ?? clock.now()
        since.set(key, first)
        if (clock.now() - first >= fault.graceMs) return `${fault.object}: ${fault.text}`
      }
      return undefined
    },
    lastWords: async (job, signal) => {
      const [newest] = await podsOf(job, signal)
      const container = newest && talkerOf(newest)
      if (newest === undefined || container === undefined) return ''
      const lines = await lastLines(client, newest, { container, previous: false }, signal)
      return lines === '' ? '' : `The last lines of ${newest.metadata?.name ?? ''}:\n${lines.replaceAll(/^/gm, '    ')}`
    },
  }
}

const createdAt = ({ metadata }: Pod): number => Date.parse(metadata?.creationTimestamp ?? '')

/** The container that says why: one that ended badly, else the first. */
const talkerOf = ({ spec, status }: Pod): string | undefined => {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return (statuses.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0)?.name ?? spec?.containers[0]?.name) || undefined
}
