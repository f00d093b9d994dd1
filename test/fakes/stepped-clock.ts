import type { Clock } from '@deploy-kit/core'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A clock that stands still until it is moved on, for what sleeps in the background while a test does something else. */
export class SteppedClock implements Clock {
  time = 1_000_000
  readonly #sleepers = new Set<Sleeper>()

  now(): number {
    return this.time
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const sleeper: Sleeper = { until: this.time + ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(signal.reason as Error)
      })
    })
  }

  /** Moves the time on by `ms` and wakes who is due, without giving them a turn yet. */
  step(ms: number): void {
    this.time += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > this.time) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }

  /** Moves the time on and lets everybody who woke do what they woke for. */
  async pass(ms: number): Promise<void> {
    this.step(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
