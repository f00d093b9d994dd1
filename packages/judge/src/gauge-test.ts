import { bet, evidenceIn, newMixture, play, stakesOf, type Mixture } from './mixture.ts'
import type { Tolerance } from './options.ts'

/**
 * State of the test of a gauge: one number a side and look, such as memory or queue length. Plain JSON.
 * Weak, since a gauge has no counts in it: all it knows is how often the canary's number lies beyond the tolerance, and numbers
 * that follow each other closely are hardly independent. That is why such a metric is advisory unless asked otherwise.
 */
export interface GaugeTest {
  readonly kind: 'gauge'
  readonly against: Mixture
  readonly looks: number
  /** Looks at which the canary was beyond the tolerance. */
  readonly beyond: number
  readonly last: GaugePair | null
}

export interface GaugePair {
  readonly canary: number
  readonly stable: number
}

/** What is put on "beyond the tolerance more often than not", as parts of the money. */
const stakesOnWorse: readonly number[] = [0.2, 0.5, 0.9]

export function newGaugeTest(): GaugeTest {
  return { kind: 'gauge', against: newMixture(stakesOnWorse.length), looks: 0, beyond: 0, last: null }
}

/** One look; null: at most an even chance to lie beyond the tolerance, whatever came before (sign test as a bet at even odds). */
export function lookAtGauge(test: GaugeTest, pair: GaugePair, tolerance: Tolerance, renewal: boolean): GaugeTest {
  const beyond = pair.canary > tolerance.ratio * pair.stable + tolerance.absolute
  const factors = stakesOnWorse.map((stake) => Math.log(beyond ? 1 + stake : 1 - stake))
  return {
    kind: 'gauge',
    against: play(bet(test.against, stakesOf(test.against, renewal)), factors),
    looks: test.looks + 1,
    beyond: test.beyond + (beyond ? 1 : 0),
    last: pair,
  }
}

export function gaugeOdds({ against }: GaugeTest): number {
  return evidenceIn(against)
}
