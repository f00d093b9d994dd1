import type { Clock } from '@deploy-kit/core'

/** A clock that jumps: a sleep ends at once and moves the time on, so that a test of an hour takes a millisecond. */
export class ManualClock implements Clock {
  time: number
  /** Called after each sleep, to let something happen at a certain time. */
  onTick: (now: number) => void = () => undefined

  constructor(start = 1_000_000) {
    this.time = start
  }

  now(): number {
    return this.time
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.time += ms
    this.onTick(this.time)
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }
}
