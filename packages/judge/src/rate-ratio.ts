import type { Interval } from './sample.ts'

/** Candidates for the true ratio of the failure rates, an eighth to 32, two to the octave: powers of 2 in halves. */
const candidates: readonly number[] = Array.from({ length: 17 }, (_, k) => 2 ** (k / 2 - 3))
const lowest = -6
/** What is bet on beside each candidate, in half octaves: ratios 1.4 and 2.8 times as large, or as small. */
const bets: readonly number[] = [1, 3]
const farthest = 3
/** A bet's ratio is a power of the same kind as the candidates, so that 23 logarithms serve all of them. */
const powers: readonly number[] = Array.from({ length: candidates.length + 2 * farthest }, (_, k) => 2 ** ((k + lowest - farthest) / 2))

/** Each bet on each candidate: the candidate's place among the powers, the bet's distance from it, and the logarithm of the ratio between them. */
const places = candidates.flatMap((_, k) => bets.map((steps) => ({ k: k + farthest, steps, ln: (steps / 2) * Math.LN2 })))
const nowhere = { k: 0, steps: 0, ln: 0 }

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
  const lns = powers.map((power) => Math.log(power * canary.requests + stable.requests))
  const up = [...above]
  const down = [...below]
  const all = canary.failures + stable.failures
  for (let place = 0; place < above.length; place++) {
    const { k, steps, ln } = places[place] ?? nowhere
    // ln b of the ratio process for r = rho 2^(steps / 2), and the same with the sides exchanged.
    const at = lns[k] ?? 0
    const ofStable = at - (lns[k + steps] ?? 0)
    const ofCanary = at - (lns[k - steps] ?? 0) - ln
    up[place] = (above[place] ?? 0) + (canary.failures * ln + all * ofStable) / phi
    down[place] = (below[place] ?? 0) + (stable.failures * ln + all * ofCanary) / phi
  }
  return { above: up, below: down }
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
