/** Seeded uniform numbers in [0, 1) (mulberry32), so that every run of the benchmark is the same. */
export type Uniform = () => number

export function seeded(seed: number): Uniform {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function normal(uniform: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** By waiting times, one number per success, so exact; by the normal distribution where there are thousands of successes. */
export function binomial(uniform: Uniform, n: number, p: number): number {
  if (p > 0.5) return n - binomial(uniform, n, 1 - p)
  if (p <= 0 || n <= 0) return 0
  const variance = n * p * (1 - p)
  if (variance > 2000) return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(variance) * normal(uniform))))
  const ln = Math.log1p(-p)
  let count = 0
  for (let at = gap(uniform, ln); at < n; at += 1 + gap(uniform, ln)) count++
  return count
}

function gap(uniform: Uniform, ln: number): number {
  return Math.floor(Math.log(1 - uniform()) / ln)
}

/** Exact for small means; rounded normal for large ones, which here are only numbers of requests. */
export function poisson(uniform: Uniform, mean: number): number {
  if (mean > 200) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(uniform)))
  if (mean > 30) return poisson(uniform, mean / 2) + poisson(uniform, mean / 2)
  const end = Math.exp(-mean)
  let count = 0
  for (let product = uniform(); product > end; product *= uniform()) count++
  return count
}

/** 1, 2, 3, ... with the given mean. */
export function geometric(uniform: Uniform, mean: number): number {
  return mean <= 1 ? 1 : 1 + gap(uniform, Math.log1p(-1 / mean))
}
