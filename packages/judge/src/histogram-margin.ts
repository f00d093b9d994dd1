import { slowdownLogFactor, sum } from './histogram.ts'
import type { Margin } from './projection.ts'

/**
 * The test of {@link slowdownLogFactor} for a canary that may be slower within a margin: null "at every boundary l,
 * P_c(slower than l) <= rho P_b(slower than l) + delta". For rising a_j,
 *   b_j = 1 - (n_c / n_b) ((a_1 - 1) + rho (a_j - a_1) + delta (a_K - a_1)),
 * e = prod a_j^x_cj b_j^x_bj has a mean of at most 1, whatever stable's distribution: the mean of a is at most what b takes away, by
 * summation by parts, and (1 + y)^n <= e^(n y). The a_j are those of the test without margin, drawn towards 1 as far as all b_j stay
 * above 0 and the expected evidence is largest.
 *
 * @param ratios how much likelier each bucket is under the slowdown, rising
 * @param stable bucket probabilities of stable as known before this interval; a wrong guess costs speed only
 * @returns natural logarithm of the e-value; 0 where nothing can be gained
 */
export function slowdownBeyondLogFactor(
  canary: readonly number[],
  observed: readonly number[],
  ratios: readonly number[],
  stable: readonly number[],
  { ratio: rho, absolute: delta }: Margin,
): number {
  if (rho === 1 && delta === 0) return slowdownLogFactor(canary, observed, ratios)
  const canaries = sum(canary)
  const stables = sum(observed)
  if (canaries === 0 || stables === 0) return 0
  const w = canaries / (canaries + stables)
  const gains = ratios.map((h) => h / (w * h + 1 - w) - 1)
  const first = gains[0] ?? 0
  const last = gains.at(-1) ?? 0
  const losses = gains.map((gain) => (canaries / stables) * (first + rho * (gain - first) + delta * (last - first)))
  const expected = {
    canary: ratios.map((h, j) => w * h * (stable[j] ?? 0)),
    stable: ratios.map((_, j) => (1 - w) * (stable[j] ?? 0)),
  }
  const limit = Math.min(0.999, 0.999 / Math.max(1e-300, losses.at(-1) ?? 0))
  const part = best((lambda) => logPayoff(expected.canary, expected.stable, gains, losses, lambda), limit)
  return part === 0 ? 0 : logPayoff(canary, observed, gains, losses, part)
}

function logPayoff(
  canary: readonly number[],
  stable: readonly number[],
  gains: readonly number[],
  losses: readonly number[],
  part: number,
): number {
  let ln = 0
  for (const [j, gain] of gains.entries()) {
    const x = canary[j] ?? 0
    const y = stable[j] ?? 0
    if (x > 0) ln += x * Math.log1p(part * gain)
    if (y > 0) ln += y * Math.log1p(-part * (losses[j] ?? 0))
  }
  return ln
}

/** Where a concave function that is 0 at 0 is largest, up to `limit`; 0 where it only falls. Four digits are enough for a bet. */
function best(f: (x: number) => number, limit: number): number {
  let [low, high] = [0, limit]
  for (let round = 0; round < 24; round++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3]
    if (f(left) < f(right)) low = left
    else high = right
  }
  const found = (low + high) / 2
  return f(found) > 0 ? found : 0
}
