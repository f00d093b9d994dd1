/** Exact critical values of the maximized sequential probability ratio test (Kulldorff et al. 2011), as R's `Sequential` computes them. */

// Read once: in a test's own global scope every look at `Math` takes long.
const { log, exp, min } = Math

/** ln likelihood ratio of `events` where `expected` were expected; 0 when there are no more. */
function poissonRatio(events: number, expected: number): number {
  return events <= expected ? 0 : events * log(events / expected) - (events - expected)
}

/** Chance that the ratio ever reaches `critical` before `horizon` events were expected, watched all the time. */
export function poissonAlarm(horizon: number, critical: number): number {
  // The n-th event alarms when it comes before the moment at which n events have just that ratio.
  let chances = [1]
  let time = 0
  for (let n = 1; ; n++) {
    const until = min(
      horizon,
      bisect((t) => critical - poissonRatio(n, t), 0, n),
    )
    chances = later(chances, until - time, n)
    time = until
    if (time === horizon) return 1 - chances.reduce((sum, chance) => sum + chance, 0)
  }
}

/** Chances of 0 to below - 1 events after some more time; larger numbers have alarmed and drop out. */
function later(chances: readonly number[], time: number, below: number): number[] {
  const steps = [exp(-time)]
  for (let k = 1; k < below; k++) steps.push(((steps[k - 1] ?? 0) * time) / k)
  return Array.from({ length: below }, (_, n) => chances.reduce((sum, chance, k) => sum + (k > n ? 0 : chance * (steps[n - k] ?? 0)), 0))
}

export function poissonCritical(horizon: number, alpha: number): number {
  return bisect((critical) => alpha - poissonAlarm(horizon, critical), 0.1, 20)
}

/** ln likelihood ratio of x successes in n for a chance above p; 0 when there are no more. */
export function binomialRatio(n: number, x: number, p: number): number {
  if (x <= n * p) return 0
  return x * log(x / (n * p)) + (x === n ? 0 : (n - x) * log((n - x) / (n * (1 - p))))
}

/** Chance that the ratio reaches `critical` at one of the first `horizon` trials, when a trial succeeds with chance `truth`; and the mean number of trials until then or the end. */
export function binomialAlarm(
  horizon: number,
  p: number,
  critical: number,
  truth = p,
): { readonly chance: number; readonly trials: number } {
  let chances = [1]
  let alarmed = 0
  let trials = 0
  for (let n = 1; n <= horizon; n++) {
    trials += 1 - alarmed
    const next = Array.from({ length: n + 1 }, (_, x) => (chances[x] ?? 0) * (1 - truth) + (chances[x - 1] ?? 0) * truth)
    chances = next.map((chance, x) => {
      if (binomialRatio(n, x, p) < critical - 1e-12) return chance
      alarmed += chance
      return 0
    })
  }
  return { chance: alarmed, trials }
}

/** The smallest value that the ratio can take whose alarms have at most the chance alpha. */
export function binomialCritical(horizon: number, p: number, alpha: number): number {
  const values = Array.from({ length: horizon }, (_, n) => Array.from({ length: n + 2 }, (__, x) => binomialRatio(n + 1, x, p))).flat()
  const sorted = [...new Set(values)].sort((a, b) => a - b)
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (binomialAlarm(horizon, p, sorted[middle] ?? 0).chance <= alpha) high = middle
    else low = middle + 1
  }
  return sorted[low] ?? Infinity
}

/** Where a rising function crosses 0. */
export function bisect(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    if (f(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
