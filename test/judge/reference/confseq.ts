import { bisect } from './max-sprt.ts'

// Read once: in a test's own global scope every look at `Math` takes long.
const { log, exp, max, min, sqrt, abs } = Math

/**
 * Boundaries of Howard, Ramdas, McAuliffe and Sekhon (arXiv 1810.08240) and of Howard and Ramdas (arXiv 1906.09712), in the numbering of
 * arguments of their library confseq. Its closed forms with incomplete beta and gamma functions are integrals; here they are integrated.
 */

/** Precision of a mixture that is best at the variance v; one-sided with twice the error. */
function bestPrecision(v: number, error: number): number {
  return v / (2 * log(1 / error) + log(1 + 2 * log(1 / error)))
}

/** ln of the mean of exp(lambda s - v psi(lambda)) over lambda with the density proportional to exp(-rho psi(lambda)), above 0 or everywhere. */
function logMixture(s: number, v: number, rho: number, psi: (lambda: number) => number, oneSided: boolean): number {
  return logIntegral((lambda) => lambda * s - (v + rho) * psi(lambda), oneSided) - logIntegral((lambda) => -rho * psi(lambda), oneSided)
}

/** ln of the integral of exp(f), f concave, by Simpson's rule on the stretch where exp(f) is not negligible. */
function logIntegral(f: (lambda: number) => number, oneSided: boolean): number {
  const slope = (x: number) => f(x + 1e-6) - f(x - 1e-6)
  let low = oneSided ? 0 : -1000
  let high = 1000
  const top = oneSided && slope(0) <= 0 ? 0 : bisect((x) => -slope(x), low, high)
  const peak = f(top)
  const negligible = (x: number) => !(f(x) > peak - 40)
  if (!(oneSided && !negligible(0))) low = bisect((x) => (negligible(x) ? -1 : 1), low, top)
  high = bisect((x) => (negligible(x) ? 1 : -1), top, high)
  // Over a whole bell the rule is exact long before; a half one has an edge.
  const steps = oneSided ? 2000 : 200
  const width = (high - low) / steps
  let sum = 0
  for (let k = 0; k <= steps; k++) sum += (k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2) * exp(f(low + k * width) - peak)
  return peak + log((sum * width) / 3)
}

export function gammaPoissonLogMixture(s: number, v: number, vOpt: number, c: number): number {
  return logMixture(s, v, bestPrecision(vOpt, 0.1), (lambda) => (exp(c * lambda) - c * lambda - 1) / (c * c), true)
}

export function betaBinomialLogMixture(s: number, v: number, vOpt: number, g: number, h: number, oneSided: boolean): number {
  const rho = max(bestPrecision(vOpt, oneSided ? 0.1 : 0.05) - g * h, 1e-3 * g * h)
  // ln (g e^(h x) + h e^(-g x)) without overflow.
  const psi = (x: number) => (max(h * x, -g * x) + log((g * exp(min(0, (g + h) * x)) + h * exp(min(0, -(g + h) * x))) / (g + h))) / (g * h)
  return logMixture(s, v, rho, psi, oneSided)
}

/** Interval that holds a chance at all numbers of trials together, narrowest at tOpt. */
export function bernoulliInterval(successes: number, trials: number, alpha: number, tOpt: number): readonly [number, number] {
  const rate = successes / trials
  const excess = (p: number) => {
    const v = p * (1 - p)
    return betaBinomialLogMixture(trials * (rate - p), trials * v, tOpt * v, p, 1 - p, false) - log(1 / alpha)
  }
  const edge = 1e-9
  const low = excess(edge) < 0 ? 0 : bisect((p) => -excess(p), edge, rate)
  const high = excess(1 - edge) < 0 ? 1 : bisect(excess, rate, 1 - edge)
  return [low, high]
}

/** Bound of the distance of a distribution from its sample of t, at all t from tMin on. */
export function empiricalProcessBound(t: number, alpha: number, tMin: number, a: number): number {
  const errorAt = (c: number, eta: number) => {
    const root = a - sqrt((2 * (eta - 1)) / c)
    const gamma = (2 / eta) * root * root
    return root > 0 && gamma > 1 ? 4 * exp(-gamma * c) * (1 + 1 / ((gamma - 1) * log(eta))) : Infinity
  }
  // The smallest over eta, which has one minimum close to 1.
  const error = (c: number) => {
    let [low, high] = [log(1e-6), log(2)]
    for (let round = 0; round < 80; round++) {
      const [left, right] = [low + (high - low) / 3, high - (high - low) / 3]
      if (errorAt(c, 1 + exp(left)) <= errorAt(c, 1 + exp(right))) high = right
      else low = left
    }
    return errorAt(c, 1 + exp(low))
  }
  const c = bisect((x) => alpha - error(x), 1, 100)
  return a * sqrt((log(1 + log(t / tMin)) + c) / t)
}

/** Bound of the count below the p-quantile, at all t and p together. */
export function doubleStitchingBound(p: number, t: number, alpha: number, tOpt: number, delta = 0.5, s = 1.4, eta = 2): number {
  const n = max(t, tOpt)
  const logit = log(p / (1 - p))
  const r = p >= 0.5 ? p : min(0.5, 1 / (1 + exp(-logit - 2 * delta * sqrt((tOpt * eta) / n))))
  const variance = r * (1 - r)
  const j = (sqrt(n / tOpt) * abs(logit)) / (2 * delta) + 1
  const two = 2 * zeta(s)
  const ell = s * log(log((eta * n) / tOpt)) + s * log(j) + log((two * (two + 1)) / (alpha * log(eta) ** s))
  const c = (1 - 2 * p) / 3
  const k1 = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2
  const k2 = (sqrt(eta) + 1) / 2
  return delta * sqrt((eta * n * variance) / tOpt) + sqrt(k1 * k1 * variance * n * ell + (k2 * c * ell) ** 2) + c * k2 * ell
}

/** Riemann's zeta for s above 1: a sum and its Euler-Maclaurin rest. */
function zeta(s: number): number {
  const n = 50
  let sum = 0
  for (let k = 1; k < n; k++) sum += k ** -s
  return sum + n ** (1 - s) / (s - 1) + n ** -s / 2 + (s * n ** (-s - 1)) / 12 - (s * (s + 1) * (s + 2) * n ** (-s - 3)) / 720
}
