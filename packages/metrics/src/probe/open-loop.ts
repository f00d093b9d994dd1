import type { Clock } from '@deploy-kit/core'

export interface Loop {
  /** Resolves when nothing runs any more, after the signal. */
  readonly ended: Promise<void>
}

/**
 * Does all of the work every so many milliseconds, on a fixed schedule: what takes long delays nothing that follows. Ends with the signal.
 * A process that was suspended goes on from now; what was missed is not made up for in a burst.
 */
export const openLoop = (work: readonly (() => Promise<void>)[], everyMs: number, clock: Clock, signal: AbortSignal): Loop => {
  const running = new Set<Promise<void>>()
  const start = (one: () => Promise<void>): void => {
    const begun = one().finally(() => running.delete(begun))
    // A fault of the work is that of a secret, which the check has told already.
    begun.catch(() => undefined)
    running.add(begun)
  }
  const run = async (): Promise<void> => {
    let due = clock.now()
    while (!signal.aborted) {
      for (const one of work) start(one)
      due = Math.max(due + everyMs, clock.now())
      await clock.sleep(due - clock.now(), signal).catch(() => undefined)
    }
    await Promise.allSettled(running)
  }
  return { ended: run() }
}
