/** What one side did since the last sample. */
export interface SideSample {
  readonly requests: number
  /** Failed requests among them. */
  readonly failures: number
  /** Requests per latency bucket, not cumulative; one more than there are boundaries, the last is open. */
  readonly latency?: readonly number[] | undefined
}

/** Counts of both sides of one metric. */
export interface Reading {
  readonly canary?: SideSample | undefined
  readonly stable?: SideSample | undefined
  /** Upper boundaries of the latency buckets in seconds, rising. */
  readonly boundaries?: readonly number[] | undefined
  /** The present value of a gauge on both sides, in any unit. */
  readonly gauge?: { readonly canary: number; readonly stable: number } | undefined
}

/** Counts of both sides since the last sample. A side is undefined when the source had no data of it, which is not zero requests. */
export interface Sample extends Reading {
  /** Milliseconds since the epoch at which the interval ends. The counts of a sample that is not later than the last one are a duplicate and ignored. */
  readonly at: number
  /** Percent of requests that should have reached the canary during the interval, 0 to 100. */
  readonly weight: number
  /** Whether the weight changed at the begin of the interval, which is a known moment for a regression to begin. */
  readonly stepBegan: boolean
  /** `rollout`: canary against the concurrent stable. `watch`: the promoted version alone, against what stable did before. */
  readonly mode: 'rollout' | 'watch'
  /** Counts of further metrics, by their names in the options. */
  readonly metrics?: Readonly<Record<string, Reading>> | undefined
  /**
   * Requests of other kinds, such as synthetic ones. Their failure rate may be another than that of the users' requests, so each kind is compared only with
   * itself; the evidence counts for the failures. Not in a watch, where there is nothing to compare with.
   */
  readonly strata?: readonly Pick<Reading, 'canary' | 'stable'>[] | undefined
  /** Stable split in two, by pod, instance or zone: lets the judge see when the environment differs from itself. */
  readonly halves?: readonly [SideSample, SideSample] | undefined
}

/** Requests and failures of both sides in one interval; a silent side has zeros. */
export interface Interval {
  readonly canary: { readonly requests: number; readonly failures: number }
  readonly stable: { readonly requests: number; readonly failures: number }
}

const silent = { requests: 0, failures: 0 }

/** What a sample says about one metric. Both sides of a watch are the promoted version, so they count as one. */
export function readingOf(sample: Sample, source: string | null): Reading {
  const reading = source === null ? sample : (sample.metrics?.[source] ?? {})
  if (sample.mode === 'rollout') return reading
  const { canary, stable, boundaries } = reading
  return {
    canary: canary === undefined || stable === undefined ? (canary ?? stable) : together(canary, stable),
    stable: undefined,
    boundaries,
  }
}

function together(a: SideSample, b: SideSample): SideSample {
  const latency =
    a.latency === undefined || b.latency === undefined
      ? (a.latency ?? b.latency)
      : a.latency.map((count, j) => count + (b.latency?.[j] ?? 0))
  return { requests: a.requests + b.requests, failures: a.failures + b.failures, latency }
}

/** The intervals of the strata that can be compared. */
export function strataOf({ strata, mode }: Sample): Interval[] {
  return mode === 'watch' ? [] : (strata ?? []).map(intervalOf)
}

/** Requests and failures of a reading. */
export function intervalOf({ canary, stable }: Reading): Interval {
  return { canary: canary ?? silent, stable: stable ?? silent }
}

/**
 * Checks a sample.
 * @throws RangeError when a number is outside its range, or when the two sides have different buckets; the message names the field and the value
 */
export function checkSample(sample: Sample): void {
  if (!Number.isFinite(sample.at)) throw new RangeError(`sample.at is ${sample.at}; it must be milliseconds since the epoch`)
  if (!(sample.weight >= 0 && sample.weight <= 100))
    throw new RangeError(`sample.weight is ${sample.weight}; it must be from 0 to 100 percent`)
  checkReading('sample', sample)
  for (const [name, reading] of Object.entries(sample.metrics ?? {})) checkReading(`sample.metrics.${name}`, reading)
  for (const [k, stratum] of (sample.strata ?? []).entries()) {
    checkSide(`sample.strata[${k}].canary`, stratum.canary)
    checkSide(`sample.strata[${k}].stable`, stratum.stable)
  }
  for (const [k, half] of (sample.halves ?? []).entries()) checkSide(`sample.halves[${k}]`, half)
}

function checkReading(name: string, { canary, stable, boundaries, gauge }: Reading): void {
  for (const [side, value] of Object.entries(gauge ?? {})) {
    if (!Number.isFinite(value)) throw new RangeError(`${name}.gauge.${side} is ${value}; it must be a finite number`)
  }
  for (const [j, boundary] of (boundaries ?? []).entries()) {
    if (!(boundary > (boundaries?.[j - 1] ?? 0) && Number.isFinite(boundary))) {
      throw new RangeError(
        `${name}.boundaries holds ${boundary} at place ${j}; boundaries must be seconds above 0, rising, without the open end`,
      )
    }
  }
  checkSide(`${name}.canary`, canary, boundaries)
  checkSide(`${name}.stable`, stable, boundaries)
}

function checkSide(name: string, side: SideSample | undefined, boundaries?: readonly number[]): void {
  if (side === undefined) return
  const { requests, failures, latency } = side
  if (!(requests >= 0 && Number.isFinite(requests))) throw new RangeError(`${name}.requests is ${requests}; it must be a count, 0 or more`)
  if (!(failures >= 0 && failures <= requests)) {
    throw new RangeError(`${name}.failures is ${failures}; it must be from 0 to the ${requests} requests of the same interval`)
  }
  if (latency === undefined) return
  const buckets = (boundaries?.length ?? 0) + 1
  if (latency.length !== buckets) {
    throw new RangeError(
      `${name}.latency has ${latency.length} buckets and the boundaries make ${buckets}; both sides need the same bucket layout`,
    )
  }
  const wrong = latency.find((count) => !(count >= 0 && Number.isFinite(count)))
  if (wrong !== undefined) throw new RangeError(`${name}.latency holds ${wrong}; it must hold counts, 0 or more`)
}
