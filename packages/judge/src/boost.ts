import { evidenceIn, type Mixture } from './mixture.ts'
import { gridPayoffs, lnRatios, ratioGrid } from './ratio-process.ts'
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
 * @param payoffs those of this interval, where they are known already
 * @returns the new factor, at least `boost`
 */
export function boostedBy(
  mixture: Mixture,
  interval: Interval,
  boost: number,
  threshold: number,
  payoffs: readonly number[] | undefined = gridPayoffs(interval),
): number {
  const { canary, stable } = interval
  const failures = canary.failures + stable.failures
  if (failures === 0 || payoffs === undefined || !isWhole(canary) || !isWhole(stable)) return boost
  const before = boost * evidenceIn(mixture)
  if (before >= threshold) return boost
  const { splits, rest } = splitsOf(interval)
  const outcomes = evidencesAfter(mixture, payoffs, splits, failures).map((evidence) => boost * evidence)
  // The mean rises with the factor, more slowly the more outcomes are cut: raising it step by step reaches the root from below.
  let factor = 1
  for (let round = 0; round < 100; round++) {
    let cut = rest
    let mean = 0
    for (let k = 0; k < splits.length; k++) {
      const chance = splits[k]?.chance ?? 0
      const evidence = outcomes[k] ?? 0
      if (factor * evidence >= threshold) cut += chance
      else mean += chance * evidence
    }
    const next = mean === 0 ? factor : (before - cut * threshold) / mean
    if (!(next > factor * (1 + 1e-12))) break
    factor = next
  }
  return boost * factor
}

function isWhole({ requests, failures }: Interval['canary']): boolean {
  return Number.isInteger(requests) && Number.isInteger(failures)
}

/** Below this a product could have lost what a later factor would bring back. */
const tiny = 1e-250

/** The evidence that each split of the failures would give; one more failure of the canary in the place of one of stable multiplies a bet by its ratio. */
function evidencesAfter({ masses, unspent }: Mixture, payoffs: readonly number[], splits: readonly Split[], failures: number): number[] {
  const xs = splits.map(({ canary }) => canary)
  const evidences = xs.map(() => 0)
  const mode = xs[0] ?? 0
  for (let j = 0; j < payoffs.length; j++) {
    const mass = masses[j] ?? 0
    const purse = unspent[j] ?? 0
    const ratio = ratioGrid[j] ?? 1
    const stable = payoffs[j] ?? 0
    const canary = (lnRatios[j] ?? 0) + stable
    const atMode = mass === 0 ? 0 : mass * Math.exp(mode * canary + (failures - mode) * stable)
    let term = atMode
    for (let k = 0; k < xs.length; k++) {
      const x = xs[k] ?? 0
      if (x > mode) term *= ratio
      else if (x < mode) term = (x === mode - 1 ? atMode : term) / ratio
      if (mass > 0 && atMode < tiny) term = mass * Math.exp(x * canary + (failures - x) * stable)
      evidences[k] = (evidences[k] ?? 0) + term + purse
    }
  }
  return evidences.map((sum) => sum / payoffs.length)
}
