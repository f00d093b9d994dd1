import { newMixture, payoffsOf, stakeAndPlay, type Mixture, type Payoffs } from './mixture.ts'

/**
 * What the failures may count for, two values to the doubling of phi; at the last one all failures of a look count as one. The bets are kept for each of them, so that a
 * phi that becomes known later judges what came before it too: a clump comes in one interval, and evidence that was taken at its face value would stand.
 */
export const phiLevels: readonly number[] = [Math.SQRT2, 2, 2 * Math.SQRT2, 4, 4 * Math.SQRT2, 8, 16, 32]

/** The same bets with the failures counted at each of the levels. */
export type Clumps = readonly Mixture[]

export function newClumps(bets: number): Clumps {
  const mixture = newMixture(bets)
  return phiLevels.map(() => mixture)
}

/**
 * One interval.
 * @param payoffsAt what it pays at a level; the same object where levels count its failures alike
 */
export function lookAtClumps(clumps: Clumps, renewal: boolean, payoffsAt: (level: number) => Payoffs): Clumps {
  let last: { readonly mixture: Mixture; readonly payoffs: Payoffs; readonly after: Mixture } | undefined
  return clumps.map((mixture, k) => {
    const payoffs = payoffsAt(phiLevels[k] ?? 1)
    // Levels that no look has told apart so far are one and the same.
    if (last?.mixture !== mixture || last.payoffs !== payoffs) last = { mixture, payoffs, after: stakeAndPlay(mixture, renewal, payoffs) }
    return last.after
  })
}

/** What the factors for independent failures pay where so many failures count as one. Where a look has few, many levels count them alike. */
export function dividedBy(logFactors: readonly number[], divisorAt: (level: number) => number): (level: number) => Payoffs {
  let payoffs: Payoffs | undefined
  return (level) => {
    const divisor = divisorAt(level)
    if (payoffs?.divisor !== divisor) payoffs = payoffsOf(logFactors, divisor)
    return payoffs
  }
}

/** The bets for a phi, at the next level above it. */
export function clumpsAt(clumps: Clumps, phi: number): Mixture | undefined {
  return clumps[phiLevels.findIndex((level) => level >= phi * (1 - 1e-12))]
}

/** Factors for failures of which so many count as one. */
export function divided(factors: readonly number[], divisor: number): readonly number[] {
  return divisor === 1 ? factors : factors.map((factor) => factor / divisor)
}
