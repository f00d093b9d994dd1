import type { Evidence, Sample, Spread } from '@deploy-kit/judge'
import type { Ahead } from '@deploy-kit/rollout'
import type { Judging } from './judging.ts'
import { lookAhead, trafficOf } from './outlook.ts'

/** The traffic of a rollout so far, and what the judge's forecast makes of it. */
export class TrafficSeen {
  readonly #pollMs: number
  readonly #judging: Judging
  #from: number | undefined
  #all = 0
  #stable = { requests: 0, failures: 0 }

  constructor(pollMs: number, judging: Judging) {
    this.#pollMs = pollMs
    this.#judging = judging
  }

  /** Adds an interval, and looks ahead for its weight, with what is known by now of how failures clump. Undefined while nothing can be said. */
  add({ at, weight, canary, stable }: Sample, { phi, supposed }: Evidence['overdispersion'], spread: Spread | null): Ahead | undefined {
    // Nobody knows when the first interval began, so the rate is that of the ones after it.
    if (this.#from === undefined) {
      this.#from = at
      return undefined
    }
    this.#all += (canary?.requests ?? 0) + (stable?.requests ?? 0)
    this.#stable = { requests: this.#stable.requests + (stable?.requests ?? 0), failures: this.#stable.failures + (stable?.failures ?? 0) }
    const ms = at - this.#from
    const { options, probesPerSecond } = this.#judging
    if (ms <= 0 || weight <= 0 || (this.#stable.requests === 0 && probesPerSecond === 0)) return undefined
    const perSecond = this.#all / (ms / 1_000)
    const { failureRate, seenRate } = trafficOf({ ...this.#stable, ms })
    const { promoteMedianMs, detectMedianMs } = lookAhead(
      { weight, pollMs: this.#pollMs },
      { perSecond, failureRate, seenRate },
      {
        options:
          supposed > phi
            ? { ...options, history: { requests: 0, failures: 0, spread } }
            : { ...options, errors: { ...options.errors, overdispersion: phi } },
        probesPerSecond,
      },
    )
    return { perSecond, passMs: promoteMedianMs, detectMs: detectMedianMs }
  }
}
