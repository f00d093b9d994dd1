import { newMixture, payoffsOf, stakeAndPlay, type Mixture } from './mixture.ts'

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
 * One interval, by the factors for independent failures.
 * @param divisorAt for how many failures one counts at a level
 */
export function lookAtClumps(
  clumps: Clumps,
  renewal: boolean,
  logFactors: readonly number[],
  divisorAt: (level: number) => number,
): Clumps {
  let before: Mixture | undefined
  let payoffs = payoffsOf(logFactors)
  return clumps.map((mixture, k) => {
    const wanted = divisorAt(phiLevels[k] ?? 1)
    // Where a look has few failures, many levels count them alike.
    const isNew = wanted !== payoffs.divisor
    if (isNew) payoffs = payoffsOf(logFactors, wanted)
    // Levels that no look has told apart so far are one and the same.
    if (isNew || mixture !== clumps[k - 1] || before === undefined) before = stakeAndPlay(mixture, renewal, payoffs)
    return before
  })
}

/** The bets for a phi, at the next level above it. */
export function clumpsAt(clumps: Clumps, phi: number): Mixture | undefined {
  return clumps[phiLevels.findIndex((level) => level >= phi * (1 - 1e-12))]
}

/** Factors for failures of which so many count as one. */
export function divided(factors: readonly number[], divisor: number): readonly number[] {
  return divisor === 1 ? factors : factors.map((factor) => factor / divisor)
}
