import { divergence } from './projection.ts'
import { measuredPhi, type Blocks, type Spread } from './spread.ts'

/**
 * What is supposed of clumps while nothing is known: up to so many failures of a look count as one. It is the phi of clumps of 8 in the mean, of any size (2 m - 1 = 15 for
 * geometric ones).
 */
export const supposedPhi = 16

/** Values of phi that are ruled out from above, one after the other; below the last, what is measured counts. */
const ladder: readonly number[] = [supposedPhi, 8, 4 * Math.SQRT2, 4, 2 * Math.SQRT2, 2]

/**
 * How unlikely what was seen must be for a phi that is ruled out: a chance of one in twenty, as a normal score, and about that as nats of Chernoff's bound, which overstates
 * it. By simulation that keeps 1 % of false rollbacks (bench/judge); with one in ten it became 2.6 % in dense traffic, and a first release was a fifth faster.
 */
const unlikely = { score: -1.64, nats: 1.5 }

/** The largest phi that what was measured leaves possible; what was measured itself where everything from 2 on is ruled out. */
export function boundedPhi(spread: Spread): number {
  const sums = spread[0]
  const measured = measuredPhi(spread)
  const bound = sums === undefined || sums.v === 0 ? supposedPhi : boundOf(sums.d2 / sums.v, sums)
  return Math.max(bound, measured)
}

/**
 * The least phi of the ladder that is ruled out together with all above it by a ratio of variances; 1 where all are.
 * The ratio is about phi times a chi-squared number over its degrees of freedom. Clumps of geometric size make the square of a block's difference vary by
 * 2 (phi v)^2 + 3/4 phi^3 v, which says how many degrees that is. Its quantile by Wilson and Hilferty (1931).
 * Where failures are rare the halves that had some tell more: each had a clump at least, and the sizes of so many clumps of m = (phi + 1) / 2 in the mean hardly
 * ever sum up to fewer failures than P(Bin(failures, 1 / m) >= occupied) says (Chernoff's bound).
 */
export function boundOf(ratio: number, { v, v2, failures, occupied }: Pick<Blocks, 'v' | 'v2' | 'failures' | 'occupied'>): number {
  let bound = supposedPhi
  for (const phi of ladder) {
    const degrees = (2 * v * v) / (2 * v2 + 0.75 * phi * v)
    const spreadOf = 2 / (9 * degrees)
    const quantile = Math.max(0, 1 - spreadOf + unlikely.score * Math.sqrt(spreadOf)) ** 3
    const fewer = 2 / (phi + 1)
    const isCrowded = occupied > failures * fewer && failures * divergence(occupied / failures, fewer) > unlikely.nats
    if (ratio >= phi * quantile && !isCrowded) return bound
    bound = phi
  }
  return 1
}
