/**
 * Bets on several alternatives at once, each with its own purse. `masses` holds what the money put on an alternative has become,
 * summed over every time it was bet on; `unspent` is what still waits for later begins.
 */
export interface Mixture {
  readonly masses: readonly number[]
  readonly unspent: readonly number[]
}

/** Far above any threshold, and far below where sums overflow. A stake that is cut is still a valid stake. */
const largest = 1e290

/** The exponential of a larger logarithm overflows or vanishes sooner or later. */
const writable = 300

export function newMixture(size: number): Mixture {
  return { masses: Array.from({ length: size }, () => 0), unspent: Array.from({ length: size }, () => 1) }
}

/**
 * One interval: puts a stake of every unspent purse on the table, then multiplies every alternative by its factor:
 * M_j <- (M_j + stake_j) e_j. A nonnegative supermartingale when every e_j is an e-value and every stake depends on the past only, so by
 * Ville's inequality the evidence ever reaches 1/alpha with probability at most alpha (an e-detector, Shin, Ramdas and Rinaldo 2022,
 * spent inside one alpha).
 */
export function advance(mixture: Mixture, stakes: readonly number[], logFactors: readonly number[]): Mixture {
  return play(bet(mixture, stakes), logFactors)
}

/** Puts the stakes on the table. */
export function bet(mixture: Mixture, stakes: readonly number[]): Mixture {
  const { masses, unspent } = mixture
  if (stakes.every((stake) => stake === 0)) return mixture
  return { masses: masses.map((mass, j) => mass + (stakes[j] ?? 0)), unspent: unspent.map((purse, j) => purse - (stakes[j] ?? 0)) }
}

/** Pays every bet by its factor. */
export function play({ masses, unspent }: Mixture, logFactors: readonly number[]): Mixture {
  return { masses: masses.map((mass, j) => grow(mass, logFactors[j] ?? 0)), unspent }
}

function grow(mass: number, logFactor: number): number {
  // Nothing seen leaves the last digit alone too.
  if (mass === 0 || logFactor === 0) return mass
  // The product where it can neither overflow nor vanish; it needs no logarithm.
  return Math.min(largest, Math.abs(logFactor) < writable ? mass * Math.exp(logFactor) : Math.exp(Math.log(mass) + logFactor))
}

/** Four fifths of a purse are bet on a regression that is there from the start, the rest on later begins. */
const firstStake = 0.8

/**
 * What to put on the table now. A regression may begin at any time: a `planned` moment (a step, or so many minutes) renews every bet; a bet
 * that has shrunk below what its purse would stake is renewed at once, which at high traffic is what keeps a late regression quick to find.
 * The k-th later stake is 2.4 / ((k + 12)(k + 13)), which spends the purse but never empties it.
 */
export function stakesOf(mixture: Mixture, planned: boolean): number[] {
  return mixture.unspent.map((purse, j) => stakeOf(purse, mixture.masses[j] ?? 0, planned))
}

function stakeOf(purse: number, mass: number, planned: boolean): number {
  if (purse === 1) return firstStake
  const next = (purse * purse) / (2.4 + purse)
  return planned || mass < next ? next : 0
}

/** Factors of one interval, taken out of their logarithms once for the many mixtures that they pay. */
export interface Payoffs {
  readonly logFactors: readonly number[]
  /** So many failures count as one. */
  readonly divisor: number
  /** 0 where a factor is too large or too small to be written. */
  readonly factors: readonly number[]
}

export function payoffsOf(logFactors: readonly number[], divisor = 1): Payoffs {
  return {
    logFactors,
    divisor,
    factors: logFactors.map((log) => (Math.abs(log) < writable * divisor ? Math.exp(log / divisor) : 0)),
  }
}

/** `play(bet(mixture, stakesOf(mixture, planned)), logFactors)` at once: the same numbers in less time. */
export function stakeAndPlay({ masses, unspent }: Mixture, planned: boolean, { logFactors, divisor, factors }: Payoffs): Mixture {
  // Copied at their length, since growing them one by one is what would take the time.
  const after = [...masses]
  let purses: number[] | undefined
  for (let j = 0; j < masses.length; j++) {
    const mass = masses[j] ?? 0
    const purse = unspent[j] ?? 0
    const stake = stakeOf(purse, mass, planned)
    if (stake !== 0) {
      purses ??= [...unspent]
      purses[j] = purse - stake
    }
    const factor = factors[j] ?? 1
    after[j] = factor === 0 ? grow(mass + stake, (logFactors[j] ?? 0) / divisor) : Math.min(largest, (mass + stake) * factor)
  }
  return { masses: after, unspent: purses ?? unspent }
}

/** The e-value: the mean of the alternatives by their prior weights (uniform when not given), unspent purses included. */
export function evidenceIn(mixture: Mixture, weights?: readonly number[]): number {
  let sum = 0
  const { masses, unspent } = mixture
  for (let j = 0; j < masses.length; j++) sum += ((masses[j] ?? 0) + (unspent[j] ?? 0)) * (weights?.[j] ?? 1 / masses.length)
  return sum
}

/** Cuts the e-value to at most `limit`; less money is always allowed. */
export function cutTo(mixture: Mixture, limit: number, weights?: readonly number[]): Mixture {
  const evidence = evidenceIn(mixture, weights)
  // A second cut must not move the last digit.
  if (evidence <= limit * (1 + 1e-12)) return mixture
  const share = limit / evidence
  return { masses: mixture.masses.map((mass) => mass * share), unspent: mixture.unspent.map((purse) => purse * share) }
}
