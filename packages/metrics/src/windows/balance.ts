import { KitError } from '@deploy-kit/core'
import type { SideCounts } from '@deploy-kit/rollout'

/** What a source counted in a window; a sampled metric has fractions. */
export interface Tally {
  readonly requests: number
  readonly failures: number
}

/** A few failures may belong to requests from before the mark; that many more are another metric. */
const strays = 10

/**
 * Makes whole counts, with no more failures than requests, of what a source tells. A failure that is counted in a period
 * before that of its request waits for it, and so does a fraction of a request.
 */
export class Balance {
  #waiting: Tally = { requests: 0, failures: 0 }
  #seen: Tally = { requests: 0, failures: 0 }

  /** @throws KitError `metrics-query-invalid` when there are twice as many failures as requests, who then are not of these requests */
  settled({ requests, failures }: Tally): { readonly counts: SideCounts; readonly keep: () => void } {
    const seen = { requests: this.#seen.requests + requests, failures: this.#seen.failures + failures }
    if (seen.failures > 2 * seen.requests + strays)
      throw new KitError(
        'metrics-query-invalid',
        `\`failed\` counts ${seen.failures} where \`total\` counts ${seen.requests}: these failures are not among these requests.`,
        { remedy: 'Let `failed` count a part of what `total` counts.' },
      )
    const all = { requests: this.#waiting.requests + requests, failures: this.#waiting.failures + failures }
    const counts = { requests: whole(all.requests), failures: Math.min(whole(all.failures), whole(all.requests)) }
    return {
      counts,
      keep: () => {
        this.#seen = seen
        this.#waiting = { requests: all.requests - counts.requests, failures: all.failures - counts.failures }
      },
    }
  }
}

/** Sums of fractions end a little below a whole number. */
const whole = (count: number): number => Math.max(0, Math.floor(count + 1e-6))
