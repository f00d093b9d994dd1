import type { Clock } from '@deploy-kit/core'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A clock that stands still until a test moves it on, for what sleeps in the background meanwhile. */
export class SteppedClock implements Clock {
  #time = 1_000_000
  readonly #sleepers = new Set<Sleeper>()

  now(): number {
    return this.#time
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const sleeper = { until: this.#time + ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(signal.reason as Error)
      })
    })
  }

  /** Moves on by so many milliseconds and wakes whoever's time has come, who cannot act yet. */
  step(ms: number): void {
    this.#time += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > this.#time) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }

  /** Moves on by so many milliseconds, wakes whoever's time has come, and lets them act. */
  async advance(ms: number): Promise<void> {
    this.step(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
