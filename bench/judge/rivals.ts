import type { Counts } from './world.ts'

/** Seconds until a rollback, or Infinity; from the counts of each minute. */
export type Rule = (perMinute: readonly Counts[]) => number

/**
 * Flagger (fluxcd/flagger, pkg/controller/scheduler.go): every interval of 60 s the success rate of the canary over the last minute must be 99 %;
 * no values is a failed check; failed checks add up and are never taken back; the rollback happens at the start of the tick after the fifth.
 */
export const flagger: Rule = (perMinute) => {
  let failed = 0
  for (const [k, [nc, , xc]] of perMinute.entries()) {
    if (failed >= 5) return (k + 1) * 60
    if (nc === 0 || xc / nc > 0.01) failed++
  }
  return Infinity
}

/** Argo Rollouts (analysis with interval 60 s, success rate >= 95 %, failureLimit 3): the fourth failed measurement aborts; NaN is a failure. */
export const argo: Rule = (perMinute) => {
  let failed = 0
  for (const [k, [nc, , xc]] of perMinute.entries()) {
    if (nc === 0 || xc / nc > 0.05) failed++
    if (failed > 3) return (k + 1) * 60
  }
  return Infinity
}

/**
 * Kayenta's NetflixACAJudge: Mann-Whitney on the rates of each minute, canary against baseline, judged after 30 and after 60 minutes. "High" when the lower end of the
 * 98 % interval of the shift lies above a quarter of its estimate; the interval is the normal approximation, the estimate Hodges and Lehmann's.
 */
export const kayenta: Rule = (perMinute) => {
  for (const minute of [30, 60]) {
    const points = perMinute.slice(0, minute)
    const canary = points.flatMap(([nc, , xc]) => (nc === 0 ? [] : [xc / nc]))
    const baseline = points.flatMap(([, nb, , xb]) => (nb === 0 ? [] : [xb / nb]))
    if (isHigh(canary, baseline)) return minute * 60
  }
  return Infinity
}

function isHigh(canary: readonly number[], baseline: readonly number[]): boolean {
  const differences = canary.flatMap((x) => baseline.map((y) => x - y)).sort((a, b) => a - b)
  const pairs = canary.length * baseline.length
  const middle = differences[Math.floor(pairs / 2)] ?? 0
  const spread = Math.sqrt((pairs * (canary.length + baseline.length + 1)) / 12)
  const lower = differences[Math.max(0, Math.floor(pairs / 2 - 2.326 * spread))] ?? 0
  return lower > 0.25 * Math.abs(middle)
}

export const rules = { flagger, argo, kayenta } as const
