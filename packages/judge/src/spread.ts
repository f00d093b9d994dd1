import type { Halves } from './dispersion.ts'

interface Scale {
  /** Intervals per block: failures that come in waves show only in longer ones. */
  readonly intervals: number
  /** Blocks before anything is said. */
  readonly fewest: number
  /**
   * Standard deviations by which the split must be wider than chance before clumps are assumed. Few blocks are long, and their phi is far off by chance alone:
   * they need more. Clumps that are too small to surprise are ruled out, or not, by clump-bound.ts.
   */
  readonly surprise: number
}

const scales: readonly Scale[] = [
  { intervals: 1, fewest: 1, surprise: 1 },
  { intervals: 4, fewest: 5, surprise: 2 },
  { intervals: 20, fewest: 5, surprise: 2 },
]

const never: Scale = { intervals: Infinity, fewest: Infinity, surprise: 0 }

/** Sums over the blocks of one length; d is what the first half has beyond its part of the failures, v the variance of that for independent failures. */
export interface Blocks {
  readonly blocks: number
  readonly d2: number
  readonly v: number
  /** Variance of d^2 for independent failures. */
  readonly noise: number
  readonly d4: number
  readonly d2v: number
  readonly v2: number
  /** Failures, and halves that had some: there are at least so many clumps. */
  readonly failures: number
  readonly occupied: number
  /** The block that is not full yet. */
  readonly open: Halves & { readonly intervals: number; readonly alone: boolean }
}

/** Running measurement of how failures clump, from halves of stable; plain JSON. */
export type Spread = readonly Blocks[]

const nobody = { requests: 0, failures: 0 }
const empty: Blocks['open'] = { intervals: 0, alone: false, first: nobody, second: nobody }

export function newSpread(): Spread {
  return scales.map(() => ({ blocks: 0, d2: 0, v: 0, noise: 0, d4: 0, d2v: 0, v2: 0, failures: 0, occupied: 0, open: empty }))
}

/** One more interval. */
export function measure(spread: Spread, halves: Halves): Spread {
  return spread.map((sums, k) => {
    const before = sums.open.alone ? empty : sums.open
    const open = {
      intervals: before.intervals + 1,
      alone: false,
      first: plus(before.first, halves.first),
      second: plus(before.second, halves.second),
    }
    return open.intervals < (scales[k]?.intervals ?? 1) ? { ...sums, open } : close(sums, open)
  })
}

function close(sums: Blocks, { first, second }: Halves): Blocks {
  const failures = first.failures + second.failures
  const share = first.requests / (first.requests + second.requests)
  const v = failures * share * (1 - share)
  if (!(v > 0)) return { ...sums, open: empty }
  const d2 = (first.failures - failures * share) ** 2
  return {
    blocks: sums.blocks + 1,
    d2: sums.d2 + d2,
    v: sums.v + v,
    // Of a binomial number: its fourth central moment, v (1 + 3 (N - 2) s (1 - s)), less v^2.
    noise: sums.noise + v * (1 + 3 * (failures - 2) * share * (1 - share)) - v * v,
    d4: sums.d4 + d2 * d2,
    d2v: sums.d2v + d2 * v,
    v2: sums.v2 + v * v,
    failures: sums.failures + failures,
    occupied: sums.occupied + (first.failures > 0 ? 1 : 0) + (second.failures > 0 ? 1 : 0),
    open: empty,
  }
}

/**
 * One more interval of a stable that nobody can split: each stretch is a half beside the one that follows it. In a rate that drifts, longer stretches differ for reasons
 * that are no clumps, so only those of up to four looks are measured.
 */
export function measureAlone(spread: Spread, stable: Halves['first']): Spread {
  return spread.map((sums, k) => {
    const { intervals } = scales[k] ?? never
    if (intervals > 4) return sums
    const open = sums.open.alone ? sums.open : empty
    const isFirst = open.intervals < intervals
    const more = {
      intervals: open.intervals + 1,
      alone: true,
      first: isFirst ? plus(open.first, stable) : open.first,
      second: isFirst ? open.second : plus(open.second, stable),
    }
    return more.intervals < 2 * intervals ? { ...sums, open: more } : close(sums, more)
  })
}

/** A measurement of another time counts as so many blocks at most, so that one of now takes its place. */
const remembered = 40

/** The same measurement with less weight, where it is of many blocks. What was in an open block is forgotten. */
export function faded(spread: Spread): Spread {
  return spread.map((sums) => {
    const part = Math.min(1, remembered / Math.max(1, sums.blocks))
    return {
      blocks: Math.min(sums.blocks, remembered),
      d2: part * sums.d2,
      v: part * sums.v,
      noise: part * sums.noise,
      d4: part * sums.d4,
      d2v: part * sums.d2v,
      v2: part * sums.v2,
      failures: part * sums.failures,
      occupied: part * sums.occupied,
      open: empty,
    }
  })
}

/** Whether something that was stored is a measurement of this version. */
export function isSpread(value: unknown): value is Spread {
  const sums = Object.keys(newSpread()[0] ?? {}).filter((key) => key !== 'open')
  return (
    Array.isArray(value) &&
    value.length === scales.length &&
    value.every(
      (one: unknown) =>
        typeof one === 'object' && one !== null && sums.every((key) => Number.isFinite((one as Record<string, unknown>)[key])),
    )
  )
}

/**
 * Phi as measured so far: the variance of the split of stable's failures relative to that of independent ones, and one standard error, where it is wider
 * than chance would have it, at the block length where it is widest; 1 otherwise, and while nothing is known.
 */
export function measuredPhi(spread: Spread): number {
  let phi = 1
  for (const [k, { blocks, d2, v, noise, d4, d2v, v2 }] of spread.entries()) {
    const { fewest, surprise } = scales[k] ?? never
    if (v === 0 || blocks < fewest) continue
    if (d2 - v < surprise * Math.sqrt(noise)) continue
    const ratio = d2 / v
    const error = Math.sqrt(Math.max(0, d4 - 2 * ratio * d2v + ratio * ratio * v2)) / v
    phi = Math.max(phi, ratio + error)
  }
  return phi
}

/** The same from single looks only. What keeps one half worse from look to look is no clump, and must not pass for one. */
export function phiOfLooks(spread: Spread): number {
  return measuredPhi(spread.slice(0, 1))
}

function plus(a: Halves['first'], b: Halves['first']): Halves['first'] {
  return { requests: a.requests + b.requests, failures: a.failures + b.failures }
}
