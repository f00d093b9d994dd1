import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Clock } from '@deploy-kit/core'
import { kinds, pathOf, type KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { awaitRollout, type RolloutWait } from '../../../packages/platforms/src/kubernetes/workload/await-rollout.ts'
import { FakeKubeApi } from '../../fakes/kube-api.ts'

const path = { deployments: pathOf(kinds.deployment, 'shop'), sets: pathOf(kinds.replicaSet, 'shop'), pods: pathOf(kinds.pod, 'shop') }
const stateful = { sets: pathOf(kinds.statefulSet, 'shop'), events: pathOf(kinds.event, 'shop') }

/** A clock on which half a second is over as soon as whatever is on the wire has arrived. */
class HurriedClock implements Clock {
  time = 1_000_000
  now(): number {
    return this.time
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(2)
    signal?.throwIfAborted()
    this.time += ms
  }
}

let api: FakeKubeApi
let clock: HurriedClock
beforeEach(async () => {
  clock = new HurriedClock()
  api = await FakeKubeApi.start(clock)
})
afterEach(() => api.close())

const waits = (more: Partial<RolloutWait> = {}) =>
  awaitRollout({
    client: api.client,
    clock,
    namespace: 'shop',
    kind: 'deployment',
    name: 'web',
    before: undefined,
    withinMs: 600_000,
    scheduleWithinMs: 120_000,
    signal: new AbortController().signal,
    ...more,
  })

const deployment = ({
  generation = 2,
  observed = 2,
  updated = 0,
  available = 0,
  replicas = 1,
  conditions = [] as object[],
} = {}): KubeObject =>
  ({
    metadata: { name: 'web', uid: 'd1', generation, annotations: { 'deployment.kubernetes.io/revision': '2' } },
    spec: { replicas, selector: { matchLabels: { app: 'web' } } },
    status: { observedGeneration: observed, replicas: updated, updatedReplicas: updated, availableReplicas: available, conditions },
  }) as unknown as KubeObject
const replicaSet = (revision: number): KubeObject =>
  ({
    metadata: {
      name: `web-${revision}`,
      labels: { app: 'web', 'pod-template-hash': `h${revision}` },
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ uid: 'd1' }],
    },
  }) as unknown as KubeObject
const pod = (name: string, hash: string, status: object): KubeObject =>
  ({
    metadata: { name, namespace: 'shop', labels: { app: 'web', 'pod-template-hash': hash, 'controller-revision-hash': hash } },
    spec: { containers: [{ name: 'web', image: 'acme/web', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }] },
    status,
  }) as unknown as KubeObject
const crashed = (restartCount: number): object => ({
  containerStatuses: [
    { name: 'web', image: 'acme/web', ready: false, restartCount, state: { terminated: { exitCode: 1, reason: 'Error' } } },
  ],
})

describe('a Deployment is waited for', () => {
  beforeEach(() => {
    api.put(path.sets, replicaSet(1))
    api.put(path.sets, replicaSet(2))
  })

  test('until it is whole, without asking again and again', async () => {
    api.put(path.deployments, deployment({ observed: 1, updated: 1, available: 1 }))
    const end = waits()
    await api.watchedBy(2)
    api.put(path.deployments, deployment({ updated: 1 }))
    api.put(path.deployments, deployment({ updated: 1, available: 1 }))
    expect((await end).status).toMatchObject({ availableReplicas: 1 })
    expect(api.requests.filter((request) => request.startsWith(`list ${path.deployments}`))).toHaveLength(1)
  })

  test('until a pod of its new template has crashed twice, and the last lines are shown without secrets', async () => {
    api.put(path.deployments, deployment({ updated: 1 }))
    api.put(path.pods, pod('web-2-x', 'h2', crashed(0)))
    api.logs.set('web-2-x/web', 'starting with hunter2\nlisten tcp: no such host')
    const end = waits()
    await api.watchedBy(2)
    api.put(path.pods, pod('web-2-x', 'h2', crashed(1)))
    await expect(end).rejects.toMatchObject({
      code: 'canary-not-ready',
      message:
        'web does not become ready. pod web-2-x: container `web` ended twice, exit code 1. Its last lines:\n    starting with ***\n    listen tcp: no such host',
      remedy: 'Read its last lines, and release a corrected version or configuration.',
    })
  })

  test('whatever a pod of an earlier template does', async () => {
    api.put(path.deployments, deployment({ updated: 1 }))
    api.put(path.pods, pod('web-1-x', 'h1', crashed(7)))
    const end = waits()
    await api.watchedBy(2)
    await delay(20)
    api.put(path.deployments, deployment({ updated: 1, available: 1 }))
    await end
  })

  test('through broken connections', async () => {
    api.put(path.deployments, deployment({ updated: 1 }))
    const end = waits()
    await api.watchedBy(2)
    api.drop()
    api.forget()
    api.put(path.deployments, deployment({ updated: 1, available: 1 }))
    await end
  })

  test('until its time is up, and then the last answer of its probe and its last lines are told', async () => {
    api.put(path.deployments, deployment({ updated: 1 }))
    api.put(
      path.pods,
      pod('web-2-x', 'h2', { containerStatuses: [{ name: 'web', ready: false, restartCount: 0, state: { running: {} } }] }),
    )
    api.put(stateful.events, {
      metadata: { name: 'e1' },
      type: 'Warning',
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      involvedObject: { uid: `${path.pods}/web-2-x` },
    } as KubeObject)
    api.logs.set('web-2-x/web', 'warming up')
    await expect(waits({ withinMs: 5_000 })).rejects.toMatchObject({
      code: 'canary-not-ready',
      message:
        'web did not become ready within 5 s. web: 0 of 1 updated replicas are available. pod web-2-x: Readiness probe failed: HTTP probe failed with statuscode: 503. Its last lines:\n    warming up',
    })
  })

  test('until a quota has refused its pods for ten seconds', async () => {
    const refusal = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: small' }
    api.put(path.deployments, deployment({ conditions: [refusal] }))
    const began = clock.now()
    await expect(waits()).rejects.toMatchObject({
      message: 'web does not become ready. deployment web: its pods are refused: exceeded quota: small.',
    })
    expect(clock.now() - began).toBeGreaterThanOrEqual(10_000)
  })

  test('but not when nothing of it is to run', async () => {
    api.put(path.deployments, deployment({ replicas: 0 }))
    await expect(waits()).rejects.toMatchObject({ code: 'workload-without-replicas' })
  })

  test('and not once it was removed', async () => {
    api.put(path.deployments, deployment())
    const end = waits()
    await api.watchedBy(2)
    api.delete(path.deployments, 'web')
    await expect(end).rejects.toMatchObject({ code: 'canary-not-ready', message: 'Deployment web was removed while it was waited for.' })
  })

  test('until it is told to stop, and nothing of it goes on', async () => {
    api.put(path.deployments, deployment())
    const stop = new AbortController()
    const end = waits({ signal: stop.signal })
    await api.watchedBy(2)
    stop.abort(new Error('cancelled'))
    await expect(end).rejects.toThrow('cancelled')
    await api.watchedBy(0)
  })
})

test('of a StatefulSet whose pods a webhook refuses, the newest event is told', async () => {
  api.put(stateful.sets, {
    metadata: { name: 'web', uid: 's1', generation: 2 },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, updateStrategy: { type: 'RollingUpdate' } },
    status: { observedGeneration: 2, readyReplicas: 1, updateRevision: 'r2' },
  } as unknown as KubeObject)
  api.put(stateful.events, {
    metadata: { name: 'e1' },
    reason: 'FailedCreate',
    message: 'admission webhook "policy" denied the request',
    lastTimestamp: new Date(Date.now() + 60_000).toISOString(),
    involvedObject: { name: 'web', kind: 'StatefulSet' },
  } as unknown as KubeObject)
  await expect(waits({ kind: 'statefulSet' })).rejects.toMatchObject({
    message: 'web does not become ready. statefulset web: its pods are refused: admission webhook "policy" denied the request.',
  })
})

test('a DaemonSet is not whole while a pod that counts as available is on its way out', async () => {
  const daemonSets = pathOf(kinds.daemonSet, 'shop')
  api.put(daemonSets, {
    metadata: { name: 'web', uid: 'd1', generation: 2 },
    spec: { selector: { matchLabels: { app: 'web' } }, updateStrategy: { type: 'RollingUpdate' } },
    status: { observedGeneration: 2, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 },
  } as unknown as KubeObject)
  api.put(pathOf(kinds.controllerRevision, 'shop'), {
    metadata: { name: 'web-r2', labels: { app: 'web', 'controller-revision-hash': 'r2' }, ownerReferences: [{ uid: 'd1' }] },
    revision: 2,
  } as unknown as KubeObject)
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
  const leaving = pod('web-a', 'r2', ready)
  api.put(path.pods, { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: 'now' } } as KubeObject)
  let isWhole = false
  const end = waits({ kind: 'daemonSet' }).then(() => (isWhole = true))
  await api.watchedBy(2)
  await delay(20)
  expect(isWhole).toBe(false)
  api.put(path.pods, pod('web-b', 'r2', ready))
  await end
})
