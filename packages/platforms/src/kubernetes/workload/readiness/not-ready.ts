import { formatDuration, KitError, single } from '@deploy-kit/core'
import { kinds, pathOf, type KubeClient } from '../../api/index.ts'
import type { Event, Pod } from '../../objects/models.ts'
import { isReady } from '../pods.ts'
import type { RolloutStatus } from '../status/index.ts'
import type { Fault } from './fault.ts'
import { lastLines } from './last-lines.ts'

/** The error of a fault that will not pass, with the last lines of the container that it is about. */
export const notReady = async (
  client: KubeClient,
  workload: string,
  { object, text, remedy, log }: Fault,
  pod: Pod | undefined,
  signal: AbortSignal,
): Promise<KitError> => {
  const said = pod === undefined || log === undefined ? '' : quoted(await lastLines(client, pod, log, signal))
  return new KitError('canary-not-ready', `${workload} does not become ready. ${object}: ${text}.${said}`, { remedy })
}

/**
 * The error of a workload whose time is up: what its status waits for, and of the newest pod that is not ready why, by its last warning (such as
 * the answer of its readiness probe) and its last lines.
 */
export const outOfTime = async (
  client: KubeClient,
  status: RolloutStatus,
  { name, withinMs }: { readonly name: string; readonly withinMs: number },
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<KitError> => {
  const why = status.failed ? `${status.text}.` : `${name} did not become ready within ${formatDuration(withinMs)}. ${status.text}.`
  const pod = pods
    .filter((each) => !isReady(each))
    .toSorted((a, b) => ageOf(a) - ageOf(b))
    .at(-1)
  if (pod === undefined) return new KitError('canary-not-ready', why)
  const container = pod.status?.containerStatuses?.find(({ ready }) => !ready)?.name ?? pod.spec?.containers[0]?.name ?? ''
  const warning = await lastWarning(client, pod, signal)
  const said = quoted(await lastLines(client, pod, { container, previous: false }, signal))
  return new KitError(
    'canary-not-ready',
    `${why} pod ${pod.metadata?.name ?? ''}: ${warning ?? 'it is not ready, and no event says why'}.${said}`,
    {
      remedy: 'Look at what its readiness probe asks for; a version that starts slowly needs a longer `ready-within`.',
    },
  )
}

const lastWarning = async (client: KubeClient, { metadata }: Pod, signal: AbortSignal): Promise<string | undefined> => {
  const query = { fieldSelector: `involvedObject.uid=${metadata?.uid ?? ''},type=Warning` }
  const path = pathOf(kinds.event, metadata?.namespace ?? '')
  const { items } = await client.list<Event>(path, { signal, policy: single, query }).catch(() => ({ items: [] }))
  return items
    .toSorted((a, b) => seenAt(a) - seenAt(b))
    .at(-1)
    ?.message?.trim()
}

const seenAt = ({ lastTimestamp, eventTime }: Event): number => Date.parse(lastTimestamp ?? eventTime ?? '') || 0
const ageOf = ({ metadata }: Pod): number => Date.parse(metadata?.creationTimestamp ?? '') || 0

const quoted = (log: string): string => (log === '' ? '' : ` Its last lines:\n${log.replace(/^/gm, '    ')}`)
