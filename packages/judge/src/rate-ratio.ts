import { stablePayoff } from './ratio-process.ts'
import type { Interval } from './sample.ts'

/** Candidates for the true ratio of the failure rates, an eighth to 32, two to the octave. */
const candidates: readonly number[] = Array.from({ length: 17 }, (_, k) => 2 ** (k / 2 - 3))
const bets: readonly number[] = [1.4, 3]

/** Each bet on each candidate, from above and with the roles of the sides exchanged; the logarithms are taken once, since every look needs them. */
const pairs = candidates.flatMap((rho) =>
  bets.map((times) => {
    const [up, down] = [
      { r: rho * times, rho },
      { r: times / rho, rho: 1 / rho },
    ]
    return { up, down, lnUp: Math.log(up.r / up.rho), lnDown: Math.log(down.r / down.rho) }
  }),
)

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
  return {
    above: pairs.map(({ up, lnUp }, k) => {
      const ofStable = stablePayoff(canary.requests, stable.requests, up.r, up.rho)
      return (above[k] ?? 0) + (canary.failures * (lnUp + ofStable) + stable.failures * ofStable) / phi
    }),
    below: pairs.map(({ down, lnDown }, k) => {
      const ofCanary = stablePayoff(stable.requests, canary.requests, down.r, down.rho)
      return (below[k] ?? 0) + (stable.failures * (lnDown + ofCanary) + canary.failures * ofCanary) / phi
    }),
  }
}

/**
 * Interval that holds the ratio of the failure rates at all looks together with probability 1 - error, when it is constant; an end
 * is null where nothing is excluded.
 */
export function ratioInterval({ above, below }: RateRatio, error: number): { readonly low: number | null; readonly high: number | null } {
  const needed = Math.log(2 / error)
  const low = candidates.findLast((_, k) => excludes(above, k, needed))
  const high = candidates.find((_, k) => excludes(below, k, needed))
  return { low: low ?? null, high: high ?? null }
}

/** Whether the mean of the two bets on one candidate has the evidence that is needed. */
function excludes(logs: readonly number[], candidate: number, needed: number): boolean {
  const a = logs[candidate * bets.length] ?? 0
  const b = logs[candidate * bets.length + 1] ?? 0
  const larger = Math.max(a, b)
  // A mean is never above the larger one; most candidates need no logarithm.
  return larger >= needed && larger + Math.log1p(Math.exp(-Math.abs(a - b))) - Math.LN2 >= needed
}
