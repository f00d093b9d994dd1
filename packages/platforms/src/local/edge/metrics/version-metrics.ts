import { Recent } from './recent.ts'

/** The default boundaries of Prometheus's clients, in seconds. */
export const boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** What one version has answered, under its identity and not under a side, which changes with a promotion. */
export class VersionMetrics {
  /** Requests by status code. 200 is there from the start, so that no requests yet is told from no data. */
  readonly codes = new Map<number, number>([[200, 0]])
  /** The same requests by the replica that they were sent to, counted from 0, and status code. */
  readonly replicas: Map<number, number>[] = []
  /** Requests that were pinned to a side by a header, by status code. They are nobody's share of the traffic. */
  readonly pinned = new Map<number, number>()
  /** Requests per bucket, not cumulative; the last is open. */
  readonly buckets: number[] = [...boundaries, Infinity].map(() => 0)
  seconds = 0
  /** The unpinned ones of the last half hour. */
  readonly recent = new Recent()

  /**
   * One request that was answered.
   * @param replica undefined when no process of the version was there to answer
   */
  count(code: number, isPinned: boolean, replica: number | undefined, seconds?: number): void {
    increment(isPinned ? this.pinned : this.codes, code)
    if (isPinned) return
    this.recent.count(code >= 500, performance.now())
    if (replica !== undefined) increment((this.replicas[replica] ??= new Map()), code)
    if (seconds === undefined) return
    const bucket = boundaries.findIndex((boundary) => seconds <= boundary)
    const index = bucket < 0 ? boundaries.length : bucket
    this.buckets[index] = (this.buckets[index] ?? 0) + 1
    this.seconds += seconds
  }
}

const increment = (codes: Map<number, number>, code: number): void => {
  codes.set(code, (codes.get(code) ?? 0) + 1)
}
