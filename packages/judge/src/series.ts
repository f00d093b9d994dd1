/** One look in the history that a chart is drawn from. */
export interface SeriesPoint {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly weight: number
  /** Requests and failures of the interval. */
  readonly canary: readonly [requests: number, failures: number]
  readonly stable: readonly [requests: number, failures: number]
  /** Odds for promotion, and odds against the canary by metric. */
  readonly promotion: number
  readonly against: Readonly<Record<string, number>>
}

/** A chart needs no more than four digits. */
export function drawn(odds: number): number {
  return Number(odds.toPrecision(4))
}

const kept = 160

/** Adds a point; a long history gives up every other of its older points, so that it stays small however long the rollout is. */
export function addPoint(series: readonly SeriesPoint[], point: SeriesPoint): SeriesPoint[] {
  const all = [...series, point]
  return all.length <= kept ? all : all.filter((_, k) => k % 2 === 0 || k === all.length - 1)
}
