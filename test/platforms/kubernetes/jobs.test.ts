import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { composeJobs } from '../../../packages/platforms/src/kubernetes/jobs/compose-jobs.ts'
import type { JobPlace } from '../../../packages/platforms/src/kubernetes/jobs/job-fault.ts'
import { runJobs } from '../../../packages/platforms/src/kubernetes/jobs/run-jobs.ts'
import type { Job } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { kubernetesOptions } from '../../../packages/platforms/src/kubernetes/options.ts'
import { fakeCluster, type FakeCluster } from './routers/on-fake.ts'
import { shop } from './preflight/situation.ts'

const signal = new AbortController().signal
let cluster: FakeCluster
let place: JobPlace
beforeEach(async () => {
  cluster = await fakeCluster()
  const options = kubernetesOptions.parse({ namespace: 'shop', workload: 'deployment/shop' })
  place = { ...cluster, log: silentLogger, app: 'shop', options, jobWithinMs: 60_000, scheduleWithinMs: 10_000 }
})
afterEach(() => cluster.api.close())

const job = (image = 'one', name = 'migrate'): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'migrate', image }] } } },
})
const ends = (type: 'Complete' | 'Failed', name = 'migrate', more: object = {}): void =>
  cluster.api.status('Job', name, { conditions: [{ type, status: 'True', ...more }] })
/** The controller of Jobs: each ends so after some seconds. */
const controller = (type: 'Complete' | 'Failed', afterMs: number): void => {
  const begun = new Map<string, number>()
  cluster.clock.onTick = (now) => {
    for (const { metadata } of cluster.api.all('Job')) {
      const at = begun.get(metadata.uid) ?? now
      begun.set(metadata.uid, at)
      if (now - at >= afterMs) ends(type, metadata.name, { reason: 'BackoffLimitExceeded' })
    }
  }
}
const uid = (): string | undefined => cluster.api.get('Job', 'migrate')?.metadata.uid
const image = (): string | undefined => (cluster.api.get('Job', 'migrate') as Job | undefined)?.spec?.template.spec?.containers[0]?.image
const made = (): readonly string[] => cluster.api.writes().filter((line) => line.startsWith('POST'))

test('Jobs run one after the other, each to its end', async () => {
  const seen: number[] = []
  controller('Complete', 5_000)
  const { onTick } = cluster.clock
  cluster.clock.onTick = (now) => {
    onTick(now)
    seen.push(cluster.api.all('Job').length)
  }
  await runJobs(place, [job('one', 'migrate'), job('one', 'index')], signal)
  expect(seen.indexOf(2)).toBeGreaterThanOrEqual(5)
  expect(cluster.api.all('Job')).toHaveLength(2)
})

test('one that has run for this release is not run again; for another release it is replaced', async () => {
  controller('Complete', 0)
  await runJobs(place, [job('one')], signal)
  const first = uid()
  await runJobs(place, [job('one')], signal)
  expect({ uid: uid(), made: made().length }).toEqual({ uid: first, made: 1 })
  await runJobs(place, [job('two')], signal)
  expect({ replaced: uid() !== first, image: image() }).toEqual({ replaced: true, image: 'two' })
})

test('one that has failed ends the release with the reason, and is made anew by the next try', async () => {
  controller('Failed', 2_000)
  await expect(runJobs(place, [job(), job('one', 'index')], signal)).rejects.toMatchObject({
    code: 'job-failed',
    message: expect.stringContaining('Job migrate: it failed: BackoffLimitExceeded.'),
  })
  expect(cluster.api.get('Job', 'index')).toBeUndefined()
  controller('Complete', 2_000)
  await runJobs(place, [job()], signal)
  expect(made()).toHaveLength(2)
})

test('a Job that is at work for another release is let finish before it is replaced', async () => {
  cluster.api.put(job('old'))
  const old = uid()
  const from = cluster.clock.now()
  let leftAt = 0
  controller('Complete', 7_000)
  const { onTick } = cluster.clock
  cluster.clock.onTick = (now) => {
    onTick(now)
    if (uid() === old) leftAt = now
  }
  await runJobs(place, [job('new')], signal)
  expect(image()).toBe('new')
  expect(leftAt - from).toBeGreaterThanOrEqual(7_000)
})

test('one that takes too long ends the release and is left at work, and the next try waits for the same', async () => {
  await expect(runJobs(place, [job()], signal)).rejects.toMatchObject({
    code: 'job-failed',
    message: 'Job migrate: it has not completed within 1 m, and was left at work.',
  })
  const first = uid()
  controller('Complete', 5_000)
  await runJobs(place, [job()], signal)
  expect({ uid: uid(), made: made().length }).toEqual({ uid: first, made: 1 })
})

test("a pod that cannot start ends the wait, and such a Job of another release stands in nobody's way", async () => {
  const stuck = (): void => {
    cluster.api.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'migrate-x', namespace: 'shop', labels: { 'batch.kubernetes.io/controller-uid': uid() ?? '' } },
      spec: { containers: [{ name: 'migrate' }] },
      status: { containerStatuses: [{ name: 'migrate', image: 'one', state: { waiting: { reason: 'ErrImageNeverPull' } } }] },
    })
  }
  cluster.api.onWrite = ({ kind }) => void (kind === 'Job' && stuck())
  await expect(runJobs(place, [job()], signal)).rejects.toMatchObject({
    code: 'job-failed',
    message: expect.stringContaining('pod migrate-x: container `migrate`: ErrImageNeverPull of one'),
  })
  cluster.api.onWrite = () => undefined
  controller('Complete', 1_000)
  await runJobs(place, [job('two')], signal)
  expect(image()).toBe('two')
})

test('a Job that somebody removes has not completed', async () => {
  cluster.clock.onTick = () => cluster.api.remove('Job', 'migrate')
  await expect(runJobs(place, [job()], signal)).rejects.toMatchObject({ message: 'Job migrate: it was removed while it ran.' })
})

test('an abort ends the wait and not the Job', async () => {
  const abort = new AbortController()
  cluster.clock.onTick = () => abort.abort(new Error('cancelled'))
  await expect(runJobs(place, [job()], abort.signal)).rejects.toThrow('cancelled')
  expect(uid()).toBeDefined()
})

test('a Job gets the released image where it names that of the workload, whatever its tag; others keep theirs', async () => {
  const digest = `sha256:${'c'.repeat(64)}`
  const release = { digest, image: `ghcr.io/acme/shop@${digest}`, environment: {}, configuration: '' }
  const pods = {
    containers: [{ name: 'migrate', image: 'registry.example/shop:latest' }],
    initContainers: [{ name: 'wait', image: 'busybox:1' }],
  }
  const objects = [
    { ...job(), spec: { template: { spec: pods } } },
    { ...job('one', 'later'), spec: { suspend: true, template: { spec: pods } } },
  ]
  const { jobs } = await composeJobs(objects, { workload: shop(), container: undefined, release }, (template) =>
    Promise.resolve({ template, copies: [], missing: [] }),
  )
  expect(jobs).toMatchObject([
    { spec: { template: { spec: { containers: [{ image: release.image }], initContainers: [{ image: 'busybox:1' }] } } } },
  ])
})
