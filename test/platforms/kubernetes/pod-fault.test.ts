import { describe, expect, test } from '@jest/globals'
import type { Deployment, Event, Pod } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { failedCreate, replicaFailure } from '../../../packages/platforms/src/kubernetes/workload/readiness/creation-fault.ts'
import { podFault } from '../../../packages/platforms/src/kubernetes/workload/readiness/pod-fault.ts'

const options = { scheduleWithinMs: 120_000 }
const container = (more: object, name = 'web'): object => ({ name, image: 'acme/web', ready: false, restartCount: 0, ...more })
const pod = (containers: readonly object[], init: readonly object[] = [], conditions: readonly object[] = []): Pod =>
  ({
    metadata: { name: 'web-1' },
    status: { containerStatuses: containers, initContainerStatuses: init, conditions },
  }) as unknown as Pod
const waits = (reason: string, message?: string): object => ({ state: { waiting: { reason, ...(message !== undefined && { message }) } } })
const ended = (exitCode: number, reason = 'Error'): object => ({ terminated: { exitCode, reason } })

describe('what passes by itself', () => {
  test.each<[string, Pod]>([
    ['a pod that begins', pod([container(waits('ContainerCreating'))])],
    ['a pod whose init container runs', pod([container(waits('PodInitializing'))], [container({ state: { running: {} } }, 'migrate')])],
    [
      'an init container that has done its work',
      pod([container({ state: { running: {} } })], [container({ ready: true, state: ended(0, 'Completed') }, 'migrate')]),
    ],
    ['a program that ended once and runs again', pod([container({ restartCount: 1, state: { running: {} }, lastState: ended(1) })])],
    ['a program that has just ended for the first time', pod([container({ state: ended(1) })])],
    [
      'a program that became ready after it had ended twice',
      pod([container({ ready: true, restartCount: 2, state: { running: {} }, lastState: ended(1) })]),
    ],
    ['a native sidecar that runs', pod([container({ state: { running: {} } })], [container({ state: { running: {} } }, 'proxy')])],
    ['a pod that a node was found for', pod([container({ state: { running: {} } })], [], [{ type: 'PodScheduled', status: 'True' }])],
  ])('%s', (_name, found) => {
    expect(podFault(found, options)).toBeUndefined()
  })
})

describe('what does not', () => {
  test.each<[string, Pod, object]>([
    [
      'a program that ended at once, twice',
      pod([container({ restartCount: 1, state: ended(3) })]),
      {
        reason: 'CrashLoopBackOff',
        text: 'container `web` ended twice, exit code 3',
        graceMs: 0,
        log: { container: 'web', previous: false },
      },
    ],
    [
      'one that is held back',
      pod([container({ restartCount: 2, ...waits('CrashLoopBackOff', 'back-off 20s'), lastState: ended(1) })]),
      { reason: 'CrashLoopBackOff', text: 'container `web` ended twice, exit code 1', log: { container: 'web', previous: true } },
    ],
    [
      'one that runs for the third time',
      pod([container({ restartCount: 2, state: { running: {} }, lastState: ended(139) })]),
      { text: 'container `web` ended twice, exit code 139' },
    ],
    [
      'a server that ends well, again and again',
      pod([container({ restartCount: 3, ...waits('CrashLoopBackOff'), lastState: ended(0, 'Completed') })]),
      { text: 'container `web` ended 3 times, exit code 0 (Completed)' },
    ],
    [
      'one that needs more memory than it may have',
      pod([container({ restartCount: 1, state: ended(137, 'OOMKilled') })]),
      {
        reason: 'OOMKilled',
        text: 'container `web` ended twice, killed for want of memory (OOMKilled)',
        remedy: expect.stringContaining('memory limit'),
      },
    ],
    [
      'an init container that fails',
      pod([container(waits('PodInitializing'))], [container({ restartCount: 1, state: ended(2) }, 'migrate')]),
      { text: 'container `migrate` ended twice, exit code 2', log: { container: 'migrate', previous: false } },
    ],
    [
      'a native sidecar that fails beside a program that runs',
      pod([container({ ready: true, state: { running: {} } })], [container({ restartCount: 1, state: ended(1) }, 'proxy')]),
      { text: 'container `proxy` ended twice, exit code 1' },
    ],
    [
      'a sidecar that fails beside a program that is ready',
      pod([container({ ready: true, state: { running: {} } }), container({ restartCount: 1, state: ended(1) }, 'proxy')]),
      { text: 'container `proxy` ended twice, exit code 1' },
    ],
    [
      'an image that the registry does not have',
      pod([container(waits('ErrImagePull', 'rpc error: code = NotFound desc = failed to pull: acme/web: not found'))]),
      { reason: 'ImagePullBackOff', graceMs: 0, remedy: expect.stringContaining('imagePullSecrets') },
    ],
    [
      'a registry that does not answer, for a while',
      pod([container(waits('ImagePullBackOff', 'Back-off pulling image "acme/web": dial tcp: i/o timeout'))]),
      { reason: 'ImagePullBackOff', graceMs: 30_000, remedy: expect.stringContaining('reach the registry') },
    ],
    [
      'an image that must not be pulled and is not there',
      pod([container(waits('ErrImageNeverPull', 'Container image "acme/web" is not present with pull policy of Never'))]),
      { reason: 'ErrImageNeverPull', graceMs: 0 },
    ],
    ['a reference that is none', pod([container(waits('InvalidImageName'))]), { reason: 'InvalidImageName', graceMs: 0 }],
    [
      'a ConfigMap that is not there',
      pod([container(waits('CreateContainerConfigError', 'configmap "shop" not found'))]),
      { reason: 'CreateContainerConfigError', text: 'container `web` cannot be created: configmap "shop" not found', graceMs: 10_000 },
    ],
    [
      'a pod that no node takes',
      pod(
        [],
        [],
        [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient cpu.' }],
      ),
      { reason: 'Unschedulable', text: 'no node takes it: 0/3 nodes are available: 3 Insufficient cpu.', graceMs: 120_000 },
    ],
  ])('%s', (_name, found, expected) => {
    expect(podFault(found, options)).toMatchObject({ object: 'pod web-1', ...expected })
  })
})

const event = (second: number, message: string, reason = 'FailedCreate'): Event =>
  ({ reason, message, lastTimestamp: new Date(second * 1_000).toISOString() }) as unknown as Event

describe('pods that are not even made', () => {
  test('a Deployment says so itself', () => {
    const message = 'pods "web-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
    const found = {
      metadata: { name: 'web' },
      status: { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] },
    }
    expect(replicaFailure(found as unknown as Deployment)).toEqual({
      object: 'deployment web',
      reason: 'FailedCreate',
      text: `its pods are refused: ${message}`,
      remedy: expect.stringContaining('quota'),
      graceMs: 10_000,
    })
    expect(replicaFailure({ status: {} })).toBeUndefined()
  })

  test('of the others the newest event does, unless it is older than the change, or of a pod that still goes', () => {
    const events = [event(10, 'denied by webhook one'), event(20, 'denied by webhook two'), event(30, 'Created pod', 'SuccessfulCreate')]
    expect(failedCreate('daemonset web', events, 5_000)?.text).toBe('its pods are refused: denied by webhook two')
    expect(failedCreate('daemonset web', events, 21_000)).toBeUndefined()
    expect(failedCreate('statefulset web', [event(20, 'create Pod web-0 failed: object is being deleted')], 0)).toBeUndefined()
  })
})
