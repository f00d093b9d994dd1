import { describe, expect, test } from '@jest/globals'
import type { DaemonSet, Deployment, StatefulSet } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { daemonSetStatus } from '../../../packages/platforms/src/kubernetes/workload/status/daemon-set.ts'
import { deploymentStatus } from '../../../packages/platforms/src/kubernetes/workload/status/deployment.ts'
import { statefulSetStatus } from '../../../packages/platforms/src/kubernetes/workload/status/stateful-set.ts'
import { wantedReplicas } from '../../../packages/platforms/src/kubernetes/workload/status/index.ts'

// The cases of kubectl's own tables (pkg/polymorphichelpers/rollout_status_test.go), and those that they leave out.

const deployment = (generation: number, replicas: number | undefined, status: object, more: object = {}): Deployment =>
  ({
    metadata: { name: 'foo', generation, ...more },
    spec: { ...(replicas !== undefined && { replicas }) },
    status,
  }) as unknown as Deployment
const seen = (replicas: number, updatedReplicas: number, availableReplicas: number, observedGeneration = 1): object => ({
  observedGeneration,
  replicas,
  updatedReplicas,
  availableReplicas,
})
const exceeded = (at: string): object => ({
  conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime: at, lastTransitionTime: at }],
})
const revision = (number: number): object => ({ annotations: { 'deployment.kubernetes.io/revision': String(number) } })

describe('a Deployment', () => {
  test.each<[string, Deployment, 'waits' | 'fails' | 'done', string]>([
    ['with no new pod yet', deployment(0, 1, seen(1, 0, 1)), 'waits', 'foo: 0 of 1 new replicas were made'],
    ['whose old pods still end', deployment(1, 1, seen(2, 1, 2)), 'waits', 'foo: 1 old replicas are pending termination'],
    ['whose new pods are not available', deployment(1, 2, seen(2, 2, 1)), 'waits', 'foo: 1 of 2 updated replicas are available'],
    ['that is whole', deployment(1, 2, seen(2, 2, 2)), 'done', 'foo is whole'],
    ['whose change nobody has seen', deployment(2, 2, seen(2, 2, 2)), 'waits', 'foo: the change has not been observed yet'],
    ['without any status', deployment(1, 1, {}), 'waits', 'foo: the change has not been observed yet'],
    ['with the numbers missing that are 0', deployment(1, 1, { observedGeneration: 1 }), 'waits', 'foo: 0 of 1 new replicas were made'],
    ['without a wish for replicas', deployment(1, undefined, seen(1, 1, 1)), 'done', 'foo is whole'],
    [
      'that exceeded its progress deadline, though its numbers look well',
      deployment(1, 2, { ...seen(2, 2, 2), ...exceeded('t1') }),
      'fails',
      'foo exceeded its progress deadline',
    ],
    [
      'that had exceeded it before the change that nobody has seen yet',
      deployment(2, 2, { ...seen(2, 2, 2), ...exceeded('t1') }),
      'waits',
      'foo: the change has not been observed yet',
    ],
  ])('%s', (_name, found, expected, text) => {
    const status = deploymentStatus(found)
    expect(status).toEqual({ done: expected === 'done', failed: expected === 'fails', text })
  })

  test('is not blamed for a deadline that an earlier release exceeded: a change that changes nothing leaves the condition there', () => {
    const before = deployment(4, 2, { ...seen(2, 2, 1, 4), ...exceeded('t1') })
    expect(deploymentStatus(before, { before })).toMatchObject({ failed: false, text: 'foo: 1 of 2 updated replicas are available' })
    const again = deployment(4, 2, { ...seen(2, 2, 1, 4), ...exceeded('t2') })
    expect(deploymentStatus(again, { before })).toMatchObject({ failed: true })
  })

  test('of another revision than was asked for fails, whatever its numbers', () => {
    const found = deployment(1, 1, seen(1, 1, 1), revision(7))
    expect(deploymentStatus(found, { revision: 7 })).toMatchObject({ done: true })
    expect(deploymentStatus(found, { revision: 6 })).toEqual({
      done: false,
      failed: true,
      text: 'foo: revision 6 was asked for, 7 is rolled out',
    })
  })
})

const statefulSet = (generation: number, updateStrategy: object, status: object, more: object = {}): StatefulSet =>
  ({ metadata: { name: 'foo', generation }, spec: { replicas: 3, updateStrategy, ...more }, status }) as unknown as StatefulSet
const rolling = { type: 'RollingUpdate' }
const partitioned = (partition: number): object => ({ ...rolling, rollingUpdate: { partition } })

describe('a StatefulSet', () => {
  test.each<[string, StatefulSet, 'waits' | 'fails' | 'done', string]>([
    [
      'that is updated by deleting pods',
      statefulSet(1, { type: 'OnDelete' }, { observedGeneration: 1, readyReplicas: 1 }),
      'fails',
      'foo has the update strategy OnDelete: nothing replaces its pods until somebody deletes them',
    ],
    [
      'whose change nobody has seen',
      statefulSet(2, rolling, { observedGeneration: 1, replicas: 3, readyReplicas: 3, currentReplicas: 3 }),
      'waits',
      'foo: the change has not been observed yet',
    ],
    ['that nobody has seen at all', statefulSet(0, rolling, { readyReplicas: 3 }), 'waits', 'foo: the change has not been observed yet'],
    [
      'with a pod that is not ready',
      statefulSet(1, rolling, { observedGeneration: 2, replicas: 3, readyReplicas: 2 }),
      'waits',
      'foo: 2 of 3 pods are ready',
    ],
    [
      'whose pods above the partition are new',
      statefulSet(1, partitioned(2), { observedGeneration: 2, readyReplicas: 3, currentReplicas: 2, updatedReplicas: 1 }),
      'done',
      'foo is whole',
    ],
    [
      'whose pods above the partition are old',
      statefulSet(1, partitioned(2), { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 0 }),
      'waits',
      'foo: 0 of 1 pods were updated',
    ],
    [
      'in the middle of an update without a partition',
      statefulSet(1, partitioned(0), { observedGeneration: 1, readyReplicas: 3, updatedReplicas: 2 }),
      'waits',
      'foo: 2 of 3 pods were updated',
    ],
    [
      'whose revisions differ',
      statefulSet(1, rolling, { observedGeneration: 1, readyReplicas: 3, updatedReplicas: 2, currentRevision: 'a', updateRevision: 'b' }),
      'waits',
      'foo: 2 pods are at revision b',
    ],
    [
      'that is whole',
      statefulSet(1, rolling, { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' }),
      'done',
      'foo is whole',
    ],
    [
      'whose pods have not been ready for long enough, which kubectl does not ask',
      statefulSet(
        1,
        partitioned(0),
        { observedGeneration: 1, readyReplicas: 3, updatedReplicas: 3, availableReplicas: 2 },
        { minReadySeconds: 9 },
      ),
      'waits',
      'foo: 2 of 3 pods have been ready for 9 s',
    ],
  ])('%s', (_name, found, expected, text) => {
    expect(statefulSetStatus(found)).toEqual({ done: expected === 'done', failed: expected === 'fails', text })
  })
})

const daemonSet = (generation: number, status: object, type = 'RollingUpdate'): DaemonSet =>
  ({ metadata: { name: 'foo', generation }, spec: { updateStrategy: { type } }, status }) as unknown as DaemonSet
const onNodes = (desiredNumberScheduled: number, updatedNumberScheduled: number, numberAvailable: number): object => ({
  observedGeneration: 1,
  desiredNumberScheduled,
  updatedNumberScheduled,
  numberAvailable,
})

describe('a DaemonSet', () => {
  test.each<[string, DaemonSet, 'waits' | 'fails' | 'done', string]>([
    ['with no new pod yet', daemonSet(0, onNodes(1, 0, 0)), 'waits', 'foo: 0 of 1 pods were updated'],
    ['whose new pods are not available', daemonSet(1, onNodes(2, 2, 1)), 'waits', 'foo: 1 of 2 updated pods are available'],
    ['that is whole', daemonSet(1, onNodes(2, 2, 2)), 'done', 'foo is whole'],
    ['whose change nobody has seen', daemonSet(2, onNodes(2, 2, 2)), 'waits', 'foo: the change has not been observed yet'],
    [
      'that is updated by deleting pods',
      daemonSet(1, onNodes(2, 2, 2), 'OnDelete'),
      'fails',
      'foo has the update strategy OnDelete: nothing replaces its pods until somebody deletes them',
    ],
  ])('%s', (_name, found, expected, text) => {
    expect(daemonSetStatus(found)).toEqual({ done: expected === 'done', failed: expected === 'fails', text })
  })

  test('wants as many pods as there are nodes for it, the others as many as they say, or one', () => {
    expect(wantedReplicas('daemonSet', daemonSet(1, onNodes(2, 2, 2)))).toBe(2)
    expect(wantedReplicas('daemonSet', daemonSet(1, {}))).toBeUndefined()
    expect(wantedReplicas('deployment', deployment(1, undefined, {}))).toBe(1)
    expect(wantedReplicas('statefulSet', statefulSet(1, rolling, {}))).toBe(3)
  })
})
