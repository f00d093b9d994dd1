import type { Interval } from './sample.ts'

/** Rate ratios that the test bets on, relative to the tolerated one; from "a tenth more" to "everything fails". */
export const ratioGrid: readonly number[] = [1.1, 1.25, 1.5, 2, 2.75, 4, 6, 10, 25, 80]

/**
 * What one failure of the canary and one of stable multiply a bet on the rate ratio r by, as natural logarithms:
 *   b = (rho n_c + n_b) / (r n_c + n_b),  a = (r / rho) b.
 */
export function ratioLogPayoffs(
  canaryRequests: number,
  stableRequests: number,
  r: number,
  rho: number,
): { canary: number; stable: number } {
  const stable = stablePayoff(canaryRequests, stableRequests, r, rho)
  return { canary: Math.log(r / rho) + stable, stable }
}

/** ln b of {@link ratioLogPayoffs}; ln a is ln(r / rho) more. */
export function stablePayoff(canaryRequests: number, stableRequests: number, r: number, rho: number): number {
  return Math.log1p((-(r - rho) * canaryRequests) / (r * canaryRequests + stableRequests))
}

/**
 * Natural logarithm of the e-value of one interval for the null "canary's rate <= rho x stable's rate" against the ratio r > rho:
 * e = a^x_c b^x_b. Its mean under the null is at most 1 for every stable rate, drifting or not, and every split of the traffic: it is the
 * conditional binomial test (safe logrank factor, ter Schure et al. 2021). A silent side gives ln e = 0.
 */
export function ratioLogFactor({ canary, stable }: Interval, r: number, rho = 1): number {
  if (canary.requests === 0 || stable.requests === 0) return 0
  const payoffs = ratioLogPayoffs(canary.requests, stable.requests, r, rho)
  return canary.failures * payoffs.canary + stable.failures * payoffs.stable
}

/** The logarithms of the grid are taken once: every look needs them. */
export const lnRatios: readonly number[] = ratioGrid.map((ratio) => Math.log(ratio))

/** ln b of {@link ratioLogPayoffs} for each ratio of the grid, rho = 1; undefined when a side is silent, and nothing can be bet on. */
export function gridPayoffs({ canary, stable }: Interval): readonly number[] | undefined {
  if (canary.requests === 0 || stable.requests === 0) return undefined
  return ratioGrid.map((ratio) => stablePayoff(canary.requests, stable.requests, ratio, 1))
}

/** {@link ratioLogFactors} for rho = 1 from payoffs that are there already. */
export function gridLogFactors({ canary, stable }: Interval, payoffs: readonly number[] | undefined): number[] {
  return ratioGrid.map((_, j) => {
    const payoff = payoffs?.[j]
    if (payoff === undefined) return 0
    return canary.failures * ((lnRatios[j] ?? 0) + payoff) + stable.failures * payoff
  })
}

/** One factor per ratio of the grid; `phi` divides the evidence of failures that come in clumps. */
export function ratioLogFactors(interval: Interval, rho = 1, phi = 1): number[] {
  return ratioGrid.map((ratio) => ratioLogFactor(interval, rho * ratio, rho) / phi)
}
