import { evidenceIn, type Mixture } from './mixture.ts'
import { ratioGrid, ratioLogPayoffs } from './ratio-process.ts'
import type { Interval } from './sample.ts'

interface Split {
  /** Failures that fell on the canary. */
  readonly canary: number
  readonly chance: number
}

/** Splits rarer than this, relative to the commonest, are not listed: their chance is added to `rest`. */
const negligible = 1e-14

/**
 * How the failures of an interval may split between the sides when both fail alike: hypergeometric, whatever the rate, since
 * then every subset of the requests is equally likely to have failed.
 */
export function splitsOf({ canary, stable }: Interval): { readonly splits: readonly Split[]; readonly rest: number } {
  const failures = canary.failures + stable.failures
  const low = Math.max(0, failures - stable.requests)
  const high = Math.min(failures, canary.requests)
  const mode = Math.min(high, Math.max(low, Math.floor(((failures + 1) * (canary.requests + 1)) / (canary.requests + stable.requests + 2))))
  const rise = (x: number) => ((failures - x) * (canary.requests - x)) / ((x + 1) * (stable.requests - failures + x + 1))
  const splits = [{ canary: mode, chance: 1 }]
  for (let x = mode, chance = 1; x < high; x++) {
    chance *= rise(x)
    if (chance < negligible) break
    splits.push({ canary: x + 1, chance })
  }
  for (let x = mode - 1, chance = 1; x >= low; x--) {
    chance /= rise(x)
    if (chance < negligible) break
    splits.push({ canary: x, chance })
  }
  const total = splits.reduce((sum, split) => sum + split.chance, 0)
  return { splits: splits.map(({ canary: x, chance }) => ({ canary: x, chance: chance / total })), rest: splits.length * negligible }
}

/**
 * Recovers what a threshold wastes: evidence beyond it buys nothing, so all smaller outcomes may be raised until the mean over the splits of this
 * interval's failures, cut at the threshold, is what it was before (Fischer and Ramdas 2024, arXiv 2410.16076). Decided before the split
 * is looked at; valid for independent failures and the null "not worse than stable" without an absolute margin.
 *
 * @param mixture the bets before this interval, with its stakes already on the table
 * @param boost the factor collected so far
 * @param threshold the evidence that decides
 * @returns the new factor, at least `boost`
 */
export function boostedBy(mixture: Mixture, interval: Interval, boost: number, threshold: number): number {
  const { canary, stable } = interval
  const failures = canary.failures + stable.failures
  const whole = [canary.requests, canary.failures, stable.requests, stable.failures].every(Number.isInteger)
  if (failures === 0 || canary.requests === 0 || stable.requests === 0 || !whole) return boost
  const before = boost * evidenceIn(mixture)
  if (before >= threshold) return boost
  const { splits, rest } = splitsOf(interval)
  const payoffs = ratioGrid.map((ratio) => ratioLogPayoffs(canary.requests, stable.requests, ratio, 1))
  const outcomes = splits.map(({ canary: x, chance }) => ({ chance, evidence: boost * evidenceAfter(mixture, payoffs, x, failures - x) }))
  // The mean rises with the factor, more slowly the more outcomes are cut: raising it step by step reaches the root from below.
  let factor = 1
  for (let round = 0; round < 100; round++) {
    let cut = rest
    let mean = 0
    for (const { chance, evidence } of outcomes) {
      if (factor * evidence >= threshold) cut += chance
      else mean += chance * evidence
    }
    const next = mean === 0 ? factor : (before - cut * threshold) / mean
    if (!(next > factor * (1 + 1e-12))) break
    factor = next
  }
  return boost * factor
}

/** The evidence that a split of the failures would give. */
function evidenceAfter({ masses, unspent }: Mixture, payoffs: readonly { canary: number; stable: number }[], x: number, y: number): number {
  let sum = 0
  for (const [j, { canary, stable }] of payoffs.entries()) {
    const mass = masses[j] ?? 0
    sum += (mass === 0 ? 0 : mass * Math.exp(x * canary + y * stable)) + (unspent[j] ?? 0)
  }
  return sum / payoffs.length
}
