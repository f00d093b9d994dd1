/** Requests per bucket: one more than there are boundaries, the last is open. */
export interface Buckets {
  /** Upper boundaries, rising. */
  readonly boundaries: readonly number[]
  readonly counts: readonly number[]
}

/**
 * Cumulative counts by upper boundary, as Prometheus exposes them, made into counts per bucket.
 * Undefined without the `+Inf` bucket, which alone says how many there were.
 */
export const perBucket = (cumulative: ReadonlyMap<number, number>): Buckets | undefined => {
  const total = cumulative.get(Infinity)
  if (total === undefined) return undefined
  const boundaries = [...cumulative.keys()].filter((boundary) => boundary < Infinity).toSorted((a, b) => a - b)
  let below = 0
  const counts = [...boundaries, Infinity].map((boundary) => {
    // A bucket written while the scrape went on may lag its neighbour by a request; a count below zero is never true.
    const upTo = Math.max(below, cumulative.get(boundary) ?? below)
    const count = upTo - below
    below = upTo
    return count
  })
  return { boundaries, counts }
}
