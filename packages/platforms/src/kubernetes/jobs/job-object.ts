import { kinds, pathOf } from '../api/index.ts'
import { canonical, shortHash } from '../objects/hash.ts'
import { prefix } from '../objects/labels.ts'
import type { Job } from '../objects/models.ts'
import { suffixed } from '../objects/names.ts'

/** What a Job was made of: its spec with the image and the configuration of the release. */
const madeOf = `${prefix}/job`

export const pathOfJob = ({ metadata }: Job, namespace: string): string =>
  pathOf(kinds.job, metadata?.namespace ?? namespace, metadata?.name)

export const withMark = (job: Job): Job => ({
  ...job,
  metadata: { ...job.metadata, annotations: { ...job.metadata?.annotations, [madeOf]: hashOf(job) } },
})

/** Whether the Job in the cluster does the same work for the same release. */
export const isSame = (live: Job, wanted: Job): boolean => live.metadata?.annotations?.[madeOf] === hashOf(wanted)

const hashOf = ({ spec }: Job): string => shortHash(canonical(spec))

/** The Job under another name, for a dry run: the template of one that is there cannot be changed, and it will be replaced. */
export const asNext = (job: Job): Job => ({ ...job, metadata: { ...job.metadata, name: suffixed(job.metadata?.name ?? '', '-next') } })

/** How a Job stands. Its controller writes one of two conditions at the end, and none before (batch/v1, JobCondition). */
export type JobState = { readonly is: 'running' } | { readonly is: 'complete' } | { readonly is: 'failed'; readonly why: string }

export const stateOf = ({ status }: Job): JobState => {
  const ended = status?.conditions?.find(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'))
  if (ended === undefined) return { is: 'running' }
  if (ended.type === 'Complete') return { is: 'complete' }
  return { is: 'failed', why: [ended.reason, ended.message].filter((text) => text !== undefined && text !== '').join(', ') }
}
