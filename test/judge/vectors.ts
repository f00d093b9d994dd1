import { readFileSync } from 'node:fs'

interface Vectors {
  readonly ratio_eprocess: {
    readonly restart_at: readonly number[]
    readonly intervals: readonly (readonly number[])[]
    readonly E: readonly number[]
  }
  readonly 'ratio_eprocess_rho1.5': { readonly E: readonly number[] }
  readonly bernoulli_projection: readonly Record<'qc' | 'qb' | 'w' | 'rho' | 'delta' | 'pc0' | 'pb0' | 'info', number>[]
  readonly savvi_multinomial_k100: readonly { readonly theta0: readonly number[]; readonly counts: readonly number[]; readonly E: number }[]
  readonly maxsprt_poisson_cv: Readonly<Record<string, number>>
  readonly maxsprt_binomial_cv: Readonly<Record<string, readonly [critical: number, alarms: number]>>
  readonly confseq: {
    readonly 'empirical_process_lil_bound(1000,.05,100,.85)': number
    readonly 'gamma_poisson_log_mixture(10,100,100,2)': number
    readonly 'beta_binomial_log_mixture(10,100,100,.2,.8) one-sided': number
    readonly 'double_stitching_bound(.9,1000,.05,100)': number
    readonly [interval: `bernoulli_confidence_interval(${string}`]: readonly [number, number]
  }
  readonly plan: Readonly<Record<string, { readonly wald: number; readonly T50: number; readonly T95: number }>>
}

/** Values computed by an independent implementation. */
export const vectors = JSON.parse(readFileSync(new URL('../fixtures/judge-vectors.json', import.meta.url), 'utf8')) as Vectors

/** Equal to all digits that two orders of floating-point operations can agree in. */
export const close = (value: number, expected: number, relative = 1e-11): boolean =>
  Math.abs(value - expected) <= relative * Math.abs(expected)

/** [n_c, n_b, x_c, x_b] as an interval. */
export const intervalFrom = ([nc = 0, nb = 0, xc = 0, xb = 0]: readonly number[]) => ({
  canary: { requests: nc, failures: xc },
  stable: { requests: nb, failures: xb },
})
