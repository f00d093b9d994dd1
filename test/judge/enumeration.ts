/** Binomial(n, p) probabilities of 0 to n. */
export function binomial(n: number, p: number): number[] {
  const probabilities: number[] = []
  for (let x = 0, ways = 1; x <= n; ways = (ways * (n - x)) / (x + 1), x++) probabilities.push(ways * p ** x * (1 - p) ** (n - x))
  return probabilities
}

interface World {
  readonly nc: number
  readonly nb: number
  readonly canary: number
  readonly stable: number
}

/** Exact mean of `value` of the counts [n_c, n_b, x_c, x_b], over every outcome there is. */
export function expectation({ nc, nb, canary, stable }: World, value: (counts: readonly number[]) => number): number {
  let mean = 0
  const stables = binomial(nb, stable)
  for (const [xc, pc] of binomial(nc, canary).entries()) {
    for (const [xb, pb] of stables.entries()) mean += pc * pb * value([nc, nb, xc, xb])
  }
  return mean
}
