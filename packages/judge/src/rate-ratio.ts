import { ratioLogPayoffs } from './ratio-process.ts'
import type { Interval } from './sample.ts'

/** Candidates for the true ratio of the failure rates, an eighth to 32, two to the octave. */
const candidates: readonly number[] = Array.from({ length: 17 }, (_, k) => 2 ** (k / 2 - 3))
const bets: readonly number[] = [1.4, 3]

/** Evidence of each bet, candidate by candidate, that the canary's rate is above the candidate times stable's, and below it; natural logarithms. */
export interface RateRatio {
  readonly above: readonly number[]
  readonly below: readonly number[]
}

export function newRateRatio(): RateRatio {
  const zeros = candidates.flatMap(() => bets.map(() => 0))
  return { above: zeros, below: zeros }
}

/** One interval; the roles of the sides are exchanged to test from below. */
export function lookAtRateRatio({ above, below }: RateRatio, { canary, stable }: Interval, phi: number): RateRatio {
  if (canary.requests === 0 || stable.requests === 0 || canary.failures + stable.failures === 0) return { above, below }
  const next = { above: [...above], below: [...below] }
  for (const [k, rho] of candidates.entries()) {
    for (const [j, times] of bets.entries()) {
      const at = k * bets.length + j
      const up = ratioLogPayoffs(canary.requests, stable.requests, rho * times, rho)
      const down = ratioLogPayoffs(stable.requests, canary.requests, times / rho, 1 / rho)
      next.above[at] = (next.above[at] ?? 0) + (canary.failures * up.canary + stable.failures * up.stable) / phi
      next.below[at] = (next.below[at] ?? 0) + (stable.failures * down.canary + canary.failures * down.stable) / phi
    }
  }
  return next
}

/**
 * Interval that holds the ratio of the failure rates at all looks together with probability 1 - error, when it is constant; an end
 * is null where nothing is excluded.
 */
export function ratioInterval({ above, below }: RateRatio, error: number): { readonly low: number | null; readonly high: number | null } {
  const needed = Math.log(2 / error)
  const low = candidates.findLast((_, k) => lnMean(above, k) >= needed)
  const high = candidates.find((_, k) => lnMean(below, k) >= needed)
  return { low: low ?? null, high: high ?? null }
}

/** Of the two bets on one candidate. */
function lnMean(logs: readonly number[], candidate: number): number {
  const a = logs[candidate * bets.length] ?? 0
  const b = logs[candidate * bets.length + 1] ?? 0
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))) - Math.LN2
}
