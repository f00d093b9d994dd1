import { setTimeout as delay } from 'node:timers/promises'

/** Time as a port, so that tests of minutes take milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds. @throws the signal's reason when it is aborted first */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node's timers hold 31 bits; a longer one fires at once. */
export const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted()
    try {
      for (let left = ms; left > 0; left -= longestTimerMs)
        await delay(Math.min(left, longestTimerMs), undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
