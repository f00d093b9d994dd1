/** The line p_c = rho p_b + delta that separates "tolerated" from "too much". */
export interface Margin {
  /** Rho, 1 or more. */
  readonly ratio: number
  /** Delta, 0 to below 1. */
  readonly absolute: number
}

/** Failure probabilities of both sides. */
export interface Pair {
  readonly canary: number
  readonly stable: number
}

/** Kullback-Leibler divergence of Bernoulli(q) from Bernoulli(p), in nats. */
export function divergence(q: number, p: number): number {
  const ones = q === 0 ? 0 : q * Math.log(q / p)
  const zeros = q === 1 ? 0 : (1 - q) * Math.log((1 - q) / (1 - p))
  return ones + zeros
}

/**
 * The point of the margin's line that is nearest to `q` in the sense of
 * share KL(q_c || p_c) + (1 - share) KL(q_b || p_b); `share` is the canary's share of the requests, 0 to 1.
 * A test of q against this one point is a test against the whole half plane behind the line (Turner, Ly and Grünwald 2024).
 * The derivative along the line rises, so a bracketed Newton iteration finds its zero.
 */
export function project(q: Pair, share: number, margin: Margin): Pair {
  const { ratio, absolute } = margin
  let low = 0
  let high = (1 - absolute) / ratio
  const { canary, stable } = q
  let u = Math.min(Math.max(projectRare(q, share, margin), high * 1e-9), high * (1 - 1e-9))
  for (let round = 0; round < 100; round++) {
    const v = ratio * u + absolute
    // Of each point 1 / (p (1 - p)), since divisions are what this costs.
    const ofV = 1 / (v * (1 - v))
    const ofU = 1 / (u * (1 - u))
    const slope = -share * ratio * (canary - v) * ofV - (1 - share) * (stable - u) * ofU
    if (slope > 0) high = u
    else low = u
    const curvature = share * ratio * ratio * curve(canary, v, ofV) + (1 - share) * curve(stable, u, ofU)
    const step = u - slope / curvature
    // The error is squared by every step, so after such a small one nothing is left of it; asked before the bracket, whose end u itself may be.
    if (Math.abs(step - u) <= 1e-7 * u) {
      u = step
      break
    }
    u = step > low && step < high ? step : (low + high) / 2
  }
  return { canary: ratio * u + absolute, stable: u }
}

/** The stable part of the projection for rates that are small: that of Poisson numbers, where the condition is a quadratic equation. A good begin, nothing more. */
function projectRare({ canary, stable }: Pair, share: number, { ratio, absolute }: Margin): number {
  const a = share * ratio * ratio + (1 - share) * ratio
  const b = share * ratio * (absolute - canary) + (1 - share) * (absolute - ratio * stable)
  const c = (1 - share) * stable * absolute
  return (Math.sqrt(b * b + 4 * a * c) - b) / (2 * a)
}

/** q / p^2 + (1 - q) / (1 - p)^2. */
function curve(q: number, p: number, inverse: number): number {
  return (q * (1 - p) * (1 - p) + (1 - q) * p * p) * inverse * inverse
}
