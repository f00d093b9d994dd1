import type { Deployment, Event } from '../../objects/models.ts'
import type { Fault } from './fault.ts'

/** Old pods may have to end first before a quota lets new ones in. */
const graceMs = 10_000

/** A Deployment whose new ReplicaSet is not allowed to make its pods: by a quota, a limit range, a webhook. Its controller says so in a condition. */
export const replicaFailure = ({ metadata, status }: Deployment): Fault | undefined => {
  const found = status?.conditions?.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True')
  return found && refused(`deployment ${metadata?.name ?? ''}`, found.reason, found.message)
}

/** The same of a StatefulSet or a DaemonSet, which have no such condition: the newest event that says so, not older than `since`. */
export const failedCreate = (object: string, events: readonly Event[], since: number): Fault | undefined => {
  const found = events
    .filter(({ reason, ...event }) => reason === 'FailedCreate' && timeOf(event) >= since && !isPassing(event.message))
    .toSorted((a, b) => timeOf(b) - timeOf(a))[0]
  return found && refused(object, found.reason, found.message)
}

/** A pod of that name that is still on its way out. */
const isPassing = (message = ''): boolean => /is being deleted|already exists/.test(message)

const refused = (object: string, reason = 'FailedCreate', message = 'the cluster does not say why'): Fault => ({
  object,
  reason,
  text: `its pods are refused: ${message}`,
  remedy: message.includes('exceeded quota')
    ? 'Raise the quota, or lower what the pods ask for; a release needs room for the pods of both versions (`max-surge`).'
    : 'Correct what the message names: a quota, a limit range, a security standard, or a webhook.',
  graceMs,
})

/** Milliseconds of the last time that an event happened. */
const timeOf = ({ series, lastTimestamp, eventTime, metadata }: Partial<Event>): number =>
  Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '') || 0
