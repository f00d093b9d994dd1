import type { Clock, Logger } from '@deploy-kit/core'
import type { KubeClient } from './api/index.ts'
import type { LeaseGuard } from './documents/lease-guard.ts'
import type { KubernetesOptions } from './options.ts'

/** Where the workload is, and how it is dealt with: what every part of an opened platform needs. */
export interface Place {
  readonly client: KubeClient
  readonly app: string
  readonly namespace: string
  readonly options: KubernetesOptions
  readonly guard: LeaseGuard
  readonly clock: Clock
  readonly log: Logger
  readonly readyWithinMs: number
  readonly scheduleWithinMs: number
  readonly drainMs: number
  readonly jobWithinMs: number
}
