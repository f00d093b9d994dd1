import { patient, type RetryPolicy } from '@deploy-kit/core'

/** Registries ask for pauses of up to a minute (Docker Hub, GHCR); 404, 401 and the like are answers and are not asked again. */
export const registryPolicy: RetryPolicy = {
  ...patient,
  retries: 5,
  firstPauseMs: 500,
  longestPauseMs: 15_000,
  longestRetryAfterMs: 60_000,
  timeoutMs: 30_000,
}

/** Content needs time by its size: a minute, and more for what is larger than a slow line carries in it (50 kB/s). */
export const policyFor = (policy: RetryPolicy, size: number): RetryPolicy => ({
  ...policy,
  timeoutMs: Math.max(policy.timeoutMs, 60_000, Math.ceil(size / 50)),
})
