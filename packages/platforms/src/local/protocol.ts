import type { Json, RunIdentity } from '@deploy-kit/core'
import type { Percent, Release, Side } from '@deploy-kit/rollout'

/** Header of a request that pins a side, and of a response that names who answered; header that names the lease holder. */
export const sideHeader = 'x-deploy-kit-side'
export const digestHeader = 'x-deploy-kit-digest'
export const holderHeader = 'x-deploy-kit-lease'

/** A holder in a header: `acme/shop/1234567#2`. */
export const holderName = (holder: Pick<RunIdentity, 'id' | 'attempt'>): string => `${holder.id}#${holder.attempt}`

export const defaultAdminPort = 7070

/** How the edge runs a version. */
export interface RunSettings {
  readonly replicas: number
  /** Path that answers 2xx when the version is ready. */
  readonly readiness: string
  readonly readyWithinMs: number
  /** How long the replaced version stays warm after a promotion. */
  readonly keepOldForMs: number
}

export interface VersionView {
  readonly release: Release
  readonly replicas: number
  readonly ready: number
  readonly runningDigest?: string
  readonly phase: 'starting' | 'ready' | 'failed'
  /** Why it did not become ready. */
  readonly failure?: Problem
}

/** An app as `GET /v1/apps/:app` shows it. */
export interface AppView {
  readonly app: string
  /** Where its requests are answered; absent before the first release. */
  readonly url?: string
  readonly weight: Percent
  readonly stable?: VersionView
  readonly canary?: VersionView
  /** The version that was replaced last, while it is still warm. */
  readonly kept?: VersionView
}

export interface PrepareBody {
  readonly release: Release
  readonly settings: RunSettings
  /** Names one call of `prepare`: a repeated request joins it, a later call starts a failed version again. */
  readonly attempt: string
}

export interface WeightBody {
  readonly weight: Percent
  /** The weight that was seen last; another one in place means another writer. */
  readonly expected?: Percent
}

export interface PromoteBody {
  /** Release that was prepared; what is there must be this one. */
  readonly expected?: Pick<Release, 'digest' | 'configuration'>
}

export interface DocumentView {
  readonly value: Json
  readonly ageMs: number
}

/** An error of the admin API. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** Names of the series at `/metrics`. */
export const series = {
  requests: 'deploy_kit_requests_total',
  byReplica: 'deploy_kit_replica_requests_total',
  recentRequests: 'deploy_kit_recent_requests',
  recentFailures: 'deploy_kit_recent_failures',
  recentSeconds: 'deploy_kit_recent_seconds',
  pinned: 'deploy_kit_pinned_requests_total',
  duration: 'deploy_kit_request_duration_seconds',
  side: 'deploy_kit_version_side',
  weight: 'deploy_kit_canary_weight',
  started: 'process_start_time_seconds',
} as const

export const sides: readonly Side[] = ['stable', 'canary']
