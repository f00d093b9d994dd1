/** What one side did since the last sample. */
export interface SideSample {
  readonly requests: number
  /** Failed requests among them. */
  readonly failures: number
  /** Requests per latency bucket, not cumulative; one more than there are boundaries, the last is open. */
  readonly latency?: readonly number[] | undefined
}

/** Counts of both sides since the last sample. A side is undefined when the source had no data of it, which is not zero requests. */
export interface Sample {
  /** Milliseconds since the epoch at which the interval ends. A sample that is not later than the last one is a duplicate and ignored. */
  readonly at: number
  /** Percent of requests that should have reached the canary during the interval, 0 to 100. */
  readonly weight: number
  /** Whether the weight changed at the begin of the interval, which is a known moment for a regression to begin. */
  readonly stepBegan: boolean
  /** `rollout`: canary against the concurrent stable. `watch`: the promoted version alone, against what stable did before. */
  readonly mode: 'rollout' | 'watch'
  readonly canary?: SideSample | undefined
  readonly stable?: SideSample | undefined
  /** Upper boundaries of the latency buckets in seconds, rising. */
  readonly boundaries?: readonly number[] | undefined
}

/** Requests and failures of both sides in one interval; a silent side has zeros. */
export interface Interval {
  readonly canary: { readonly requests: number; readonly failures: number }
  readonly stable: { readonly requests: number; readonly failures: number }
}

const silent = { requests: 0, failures: 0 }

/** The interval of a sample. Both sides of a watch are the promoted version, so they count as one. */
export function intervalOf(sample: Sample): Interval {
  const canary = sample.canary ?? silent
  const stable = sample.stable ?? silent
  if (sample.mode === 'rollout') return { canary, stable }
  return { canary: { requests: canary.requests + stable.requests, failures: canary.failures + stable.failures }, stable: silent }
}

/**
 * Checks a sample.
 * @throws RangeError when a number is outside its range; the message names the field and the value
 */
export function checkSample(sample: Sample): void {
  if (!Number.isFinite(sample.at)) throw new RangeError(`sample.at is ${sample.at}; it must be milliseconds since the epoch`)
  if (!(sample.weight >= 0 && sample.weight <= 100))
    throw new RangeError(`sample.weight is ${sample.weight}; it must be from 0 to 100 percent`)
  checkSide('canary', sample.canary)
  checkSide('stable', sample.stable)
}

function checkSide(name: string, side: SideSample | undefined): void {
  if (side === undefined) return
  const { requests, failures } = side
  if (!(requests >= 0 && Number.isFinite(requests)))
    throw new RangeError(`sample.${name}.requests is ${requests}; it must be a count, 0 or more`)
  if (!(failures >= 0 && failures <= requests)) {
    throw new RangeError(`sample.${name}.failures is ${failures}; it must be from 0 to the ${requests} requests of the same interval`)
  }
}
