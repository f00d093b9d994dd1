import { KitError, type Clock } from '@deploy-kit/core'
import type { KubeClient } from '../api/index.ts'
import { rolloutStatus } from './status/deployment.ts'
import type { Deployment } from '../objects/models.ts'

export interface RolloutWait {
  readonly client: KubeClient
  readonly clock: Clock
  /** Path of the workload. */
  readonly path: string
  readonly withinMs: number
  readonly signal: AbortSignal
}

const pollMs = 200

/**
 * Waits until what the workload's specification says is what runs.
 * @throws KitError `canary-not-ready` with what it is waiting for when the time is up, or with the reason as soon as it cannot succeed
 */
export const awaitRollout = async ({ client, clock, path, withinMs, signal }: RolloutWait): Promise<Deployment> => {
  const deadline = clock.now() + withinMs
  for (;;) {
    const workload = await client.get<Deployment>(path, { signal })
    if (workload === undefined) throw new KitError('canary-not-ready', 'The workload was removed while it was being waited for.')
    const status = rolloutStatus(workload)
    if (status.done) return workload
    if (status.failed || clock.now() > deadline) throw new KitError('canary-not-ready', status.text)
    await clock.sleep(pollMs, signal)
  }
}
