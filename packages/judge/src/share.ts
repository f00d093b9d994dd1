/**
 * Evidence that counts do not follow the given shares: Dirichlet mixture around the shares against them,
 *   E = B(k theta + x) / B(k theta) / prod theta^x  (Lindon and Malek 2020, arXiv 2011.03567; k = 100 as in savvi).
 * @param shares expected shares, all above 0, sum 1
 * @param counts observed counts
 * @returns natural logarithm of the e-value
 */
export function shareLogEvidence(shares: readonly number[], counts: readonly number[], concentration = 100): number {
  let ln = 0
  let total = 0
  for (const [j, share] of shares.entries()) {
    const count = counts[j] ?? 0
    total += count
    ln += lnGamma(concentration * share + count) - lnGamma(concentration * share) - count * Math.log(share)
  }
  return ln - (lnGamma(concentration + total) - lnGamma(concentration))
}

/** Stirling's series above 10, the recurrence below; relative error under 1e-13. */
export function lnGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += Math.log(z)
  const r = 1 / (z * z)
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
