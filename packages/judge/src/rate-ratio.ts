import { ratioLogFactor } from './ratio-process.ts'
import type { Interval } from './sample.ts'

/** Candidates for the true ratio of the failure rates, an eighth to 32, three to the octave. */
const candidates: readonly number[] = Array.from({ length: 25 }, (_, k) => 2 ** (k / 3 - 3))
const bets: readonly number[] = [1.25, 2, 6]

/** For every candidate: the evidence of each bet that the canary's rate is above it, and below it, times stable's; natural logarithms. */
export interface RateRatio {
  readonly above: readonly (readonly number[])[]
  readonly below: readonly (readonly number[])[]
}

export function newRateRatio(): RateRatio {
  const zeros = candidates.map(() => bets.map(() => 0))
  return { above: zeros, below: zeros }
}

/** One interval; the roles of the sides are exchanged to test from below. */
export function lookAtRateRatio({ above, below }: RateRatio, interval: Interval, phi: number): RateRatio {
  if (interval.canary.requests === 0 || interval.stable.requests === 0) return { above, below }
  const exchanged = { canary: interval.stable, stable: interval.canary }
  const add = (logs: readonly (readonly number[])[], seen: Interval, centre: (candidate: number) => number) =>
    candidates.map((candidate, k) => {
      const rho = centre(candidate)
      return bets.map((times, j) => (logs[k]?.[j] ?? 0) + ratioLogFactor(seen, rho * times, rho) / phi)
    })
  return { above: add(above, interval, (candidate) => candidate), below: add(below, exchanged, (candidate) => 1 / candidate) }
}

/**
 * Interval that holds the ratio of the failure rates at all looks together with probability 1 - error, when it is constant; an end
 * is null where nothing is excluded.
 */
export function ratioInterval({ above, below }: RateRatio, error: number): { readonly low: number | null; readonly high: number | null } {
  const needed = Math.log(2 / error)
  const low = candidates.findLast((_, k) => lnMean(above[k] ?? []) >= needed)
  const high = candidates.find((_, k) => lnMean(below[k] ?? []) >= needed)
  return { low: low ?? null, high: high ?? null }
}

function lnMean(logs: readonly number[]): number {
  const largest = Math.max(...logs)
  return largest + Math.log(logs.reduce((total, ln) => total + Math.exp(ln - largest), 0) / logs.length)
}
