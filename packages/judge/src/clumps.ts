import { bet, newMixture, play, stakesOf, type Mixture } from './mixture.ts'

/**
 * What the failures may count for, three values to the doubling of phi. The bets are kept for each of them, so that a phi that becomes known later judges what came
 * before it too: a clump comes in one interval, and evidence that was taken at its face value would stand.
 */
export const phiLevels: readonly number[] = Array.from({ length: 15 }, (_, k) => 2 ** ((k + 1) / 3))

/** The same bets with the failures counted at each of the levels. */
export type Clumps = readonly Mixture[]

export function newClumps(bets: number): Clumps {
  return phiLevels.map(() => newMixture(bets))
}

/** One interval, by the factors for independent failures. @param phi that is given, below which no level counts */
export function lookAtClumps(clumps: Clumps, renewal: boolean, logFactors: readonly number[], phi: number): Clumps {
  return clumps.map((mixture, k) => {
    const divisor = Math.max(phi, phiLevels[k] ?? 1)
    return play(
      bet(mixture, stakesOf(mixture, renewal)),
      logFactors.map((factor) => factor / divisor),
    )
  })
}

/** The bets for a phi, at the next level above it; undefined where failures clump more than can be judged by. */
export function clumpsAt(clumps: Clumps, phi: number): Mixture | undefined {
  return clumps[phiLevels.findIndex((level) => level >= phi * (1 - 1e-12))]
}
