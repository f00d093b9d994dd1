import type { ObjectChange } from '@deploy-kit/rollout'
import type { KubeClient, KubeObject } from '../api/index.ts'
import { unpinned } from '../configuration/pin.ts'
import { changesBetween } from '../manifests/diff.ts'
import type { Job } from '../objects/models.ts'
import { asNext, isSame, pathOfJob, stateOf } from './job-object.ts'

/** What the Jobs of a release will do; none for one that has run for it already. */
export const jobChanges = async (
  client: KubeClient,
  jobs: readonly Job[],
  namespace: string,
  dryRun: (answer: Promise<Job>) => Promise<Job | undefined>,
  signal: AbortSignal,
): Promise<readonly ObjectChange[]> => {
  const each = jobs.map(async (job): Promise<readonly ObjectChange[]> => {
    const object = `Job ${job.metadata?.name ?? ''}`
    const live = await client.get<Job>(pathOfJob(job, namespace), { signal })
    if (live === undefined) return [{ change: 'added', object, fields: ['runs before the canary starts'] }]
    if (isSame(live, job) && stateOf(live).is !== 'failed') return []
    const next = asNext(job)
    const after = await dryRun(client.apply<Job>(pathOfJob(next, namespace), next, { signal, query: { dryRun: 'All' } }))
    const fields = after === undefined ? [] : changesBetween(podsOf(live), podsOf(after))
    return [{ change: 'changed', object, fields: ['is replaced, and runs before the canary starts', ...fields] }]
  })
  return (await Promise.all(each)).flat()
}

/** What its pods do. The rest of a Job is numbers of the server's and labels of its controller's. */
const podsOf = ({ spec }: Job): KubeObject => {
  const pods = unpinned(spec?.template ?? {}).spec
  return { kind: 'Job', spec: { template: { spec: pods } } } as KubeObject
}
