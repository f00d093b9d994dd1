import { formatDuration, KitError, type Logger } from '@deploy-kit/core'
import { kinds, pathOf } from '../api/index.ts'
import { ours } from '../objects/labels.ts'
import type { Job } from '../objects/models.ts'
import { asLabel } from '../objects/names.ts'
import { nameOf } from '../workload/observe.ts'
import { jobFault, type JobPlace } from './job-fault.ts'
import { isSame, pathOfJob, stateOf, withMark, type JobState } from './job-object.ts'

const pollMs = 1_000
const removedWithinMs = 30_000

/**
 * Runs Jobs to their end, one after the other. One that has run for this very release is not run again. The template of a Job cannot be
 * changed, so one that was made for another release, or has failed, is replaced. One that is still at work is waited for and never cut
 * off, nor does an abort end it: nobody knows what half a migration leaves behind.
 * @throws KitError `job-failed` with the reason and the last log lines
 */
export const runJobs = async (cluster: JobPlace, jobs: readonly Job[], signal: AbortSignal): Promise<void> => {
  for (const job of jobs) await runJob(cluster, marked(cluster, job), signal)
}

/** The Job as ours, so that it is removed once the manifests do not have it any more. */
const marked = (cluster: JobPlace, job: Job): Job => {
  const labels = { [ours.app]: asLabel(cluster.app), [ours.workload]: asLabel(nameOf(cluster)) }
  return withMark({ ...job, metadata: { ...job.metadata, labels: { ...job.metadata?.labels, ...labels } } })
}

const runJob = async (cluster: JobPlace, job: Job, signal: AbortSignal): Promise<void> => {
  const { client, namespace, clock, log } = cluster
  const name = job.metadata?.name ?? ''
  const live = await client.get<Job>(pathOfJob(job, namespace), { signal })
  if (live !== undefined && !isSame(live, job)) await outOfTheWay(cluster, live, signal)
  if (live !== undefined && isSame(live, job)) {
    const { is } = stateOf(live)
    if (is === 'complete') return log.info(`Job ${name} has run for this release already.`)
    if (is === 'failed') await removed(cluster, live, signal)
  }
  const begunAt = clock.now()
  const end = await endOf(cluster, await begun(cluster, job, signal), signal)
  if (end.is === 'failed') throw await failure(cluster, end, signal)
  log.info(`Job ${name} completed after ${formatDuration(clock.now() - begunAt)}.`)
}

/** The Job in the cluster, at work. */
const begun = async ({ client, namespace, log }: JobPlace, job: Job, signal: AbortSignal): Promise<Job> => {
  const read = (): Promise<Job | undefined> => client.get<Job>(pathOfJob(job, namespace), { signal })
  const there = await read()
  if (there !== undefined) return there
  said(log, job, 'runs; the canary starts when it has completed')
  const collection = pathOf(kinds.job, job.metadata?.namespace ?? namespace)
  return client.create<Job>(collection, job, { signal }).catch(async (error: unknown) => {
    // A try that seemed to fail may have made it.
    const made = error instanceof KitError && error.code === 'cluster-conflict' ? await read() : undefined
    if (made !== undefined && isSame(made, job)) return made
    throw error
  })
}

/** A Job of another release is let finish, and then removed. */
const outOfTheWay = async (cluster: JobPlace, live: Job, signal: AbortSignal): Promise<void> => {
  if (stateOf(live).is === 'running') {
    said(cluster.log, live, 'is still at work for another release, and is waited for')
    const end = await endOf(cluster, live, signal)
    if (end.is === 'failed' && end.isAtWork) throw await failure(cluster, end, signal)
  }
  await removed(cluster, live, signal)
}

type End = ({ readonly is: 'complete' } | (Extract<JobState, { readonly is: 'failed' }> & { readonly isAtWork: boolean })) & {
  readonly job: Job
}

/** How a Job ends. One that waits for what will not come has failed, and one that takes too long has too, though it is at work still. */
const endOf = async (cluster: JobPlace, running: Job, signal: AbortSignal): Promise<End> => {
  const { client, namespace, clock, jobWithinMs } = cluster
  const deadline = clock.now() + jobWithinMs
  const fault = jobFault(cluster)
  for (let job = running; ; await clock.sleep(pollMs, signal)) {
    const now = await client.get<Job>(pathOfJob(job, namespace), { signal })
    if (now === undefined || now.metadata?.uid !== running.metadata?.uid)
      return { is: 'failed', why: 'it was removed while it ran', isAtWork: false, job }
    job = now
    const state = stateOf(job)
    if (state.is === 'complete') return { ...state, job }
    if (state.is === 'failed') return { ...state, why: `it failed: ${state.why}`, isAtWork: false, job }
    const found = await fault.find(job, signal)
    if (found !== undefined) return { is: 'failed', why: found, isAtWork: false, job }
    if (clock.now() >= deadline)
      return { is: 'failed', why: `it has not completed within ${formatDuration(jobWithinMs)}, and was left at work`, isAtWork: true, job }
  }
}

const failure = async (
  cluster: JobPlace,
  { why, job }: Extract<End, { readonly is: 'failed' }>,
  signal: AbortSignal,
): Promise<KitError> => {
  const lines = await jobFault(cluster).lastWords(job, signal)
  return new KitError('job-failed', `Job ${job.metadata?.name ?? ''}: ${why}.${lines === '' ? '' : ` ${lines}`}`)
}

const removed = async ({ client, namespace, clock }: JobPlace, job: Job, signal: AbortSignal): Promise<void> => {
  const { metadata } = job
  const path = pathOfJob(job, namespace)
  await client.remove(path, { signal, preconditions: { uid: metadata?.uid ?? '' } })
  const until = clock.now() + removedWithinMs
  while ((await client.get<Job>(path, { signal }))?.metadata?.uid === metadata?.uid) {
    if (clock.now() >= until)
      throw new KitError(
        'job-failed',
        `Job ${metadata?.name ?? ''} of an earlier release is not gone ${formatDuration(removedWithinMs)} after its removal.`,
      )
    await clock.sleep(pollMs, signal)
  }
}

const said = (log: Logger, { metadata }: Job, what: string): void => log.info(`Job ${metadata?.name ?? ''} ${what}.`)
