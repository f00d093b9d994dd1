/** What a rule did over many runs. */
export interface Summary {
  readonly runs: number
  /** Share of the runs with an alarm. */
  readonly found: number
  /** Seconds; Infinity when fewer runs than that had an alarm. */
  readonly median: number
  readonly p95: number
  /** Seconds; Infinity unless all but one in a hundred runs had an alarm. */
  readonly mean: number
}

/** @param times seconds until the alarm of each run, Infinity without one */
export function summarise(times: readonly number[]): Summary {
  const sorted = [...times].sort((a, b) => a - b)
  const alarms = sorted.filter((time) => time < Infinity)
  const enough = alarms.length >= 0.99 * times.length
  return {
    runs: times.length,
    found: alarms.length / times.length,
    median: sorted[Math.floor(times.length / 2)] ?? Infinity,
    p95: sorted[Math.floor(times.length * 0.95)] ?? Infinity,
    mean: enough ? alarms.reduce((sum, time) => sum + time, 0) / alarms.length : Infinity,
  }
}

/** Largest share of false alarms that a budget allows to see in so many runs: three standard errors above it. */
export function allowed(budget: number, runs: number): number {
  return budget + 3 * Math.sqrt((budget * (1 - budget)) / runs)
}
