import type { HeldLease } from './hold.ts'

/**
 * Does work under a lease. When it fails the lease stays, for whoever finishes the work, but is no longer kept alive: a
 * heartbeat without work would keep everybody else away, and the process from ending.
 */
export const leaveOnError = async <T>(lease: HeldLease, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    await lease.leave()
    throw error
  }
}
