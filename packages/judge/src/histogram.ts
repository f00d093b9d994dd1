/** A way in which the canary may be slower than stable. */
export type Slowdown =
  /** Everything takes `factor` times as long. */
  | { readonly kind: 'scale'; readonly factor: number }
  /** `ratio` times as many requests are slower than boundary number `boundary`. */
  | { readonly kind: 'tail'; readonly boundary: number; readonly ratio: number }

const scales: readonly number[] = [1.08, 1.15, 1.3, 1.6, 2.2, 4]
const tailRatios: readonly number[] = [1.5, 3, 10, 50]

/** The slowdowns worth betting on beside this stable, and their prior weights: half on scales, half on tails that are neither rare nor common. */
export function slowdownsFor(stable: readonly number[]): { readonly slowdowns: Slowdown[]; readonly prior: number[] } {
  const survival = survivalOf(stable)
  const slowdowns: Slowdown[] = scales.map((factor) => ({ kind: 'scale', factor }))
  for (const [boundary, share] of survival.entries()) {
    if (share > 5e-5 && share < 0.3) for (const ratio of tailRatios) slowdowns.push({ kind: 'tail', boundary, ratio })
  }
  const tails = slowdowns.length - scales.length
  const ofScale = tails === 0 ? 1 / scales.length : 0.5 / scales.length
  return { slowdowns, prior: slowdowns.map(({ kind }) => (kind === 'scale' ? ofScale : 0.5 / tails)) }
}

/**
 * How much likelier each bucket is under the slowdown than for stable, made rising; `stable` holds the bucket probabilities, all above 0.
 * Any rising sequence gives a valid test, so a wrong guess of stable's distribution costs speed only.
 */
export function densityRatios(slowdown: Slowdown, boundaries: readonly number[], stable: readonly number[]): number[] {
  const survival = survivalOf(stable)
  const slower =
    slowdown.kind === 'scale'
      ? scaled(slowdown.factor, boundaries, survival, stable)
      : fatTail(slowdown.boundary, slowdown.ratio, survival, stable)
  return rising(
    slower.map((q, j) => q / (stable[j] ?? 1)),
    stable,
  )
}

/**
 * Natural logarithm of the e-value of one interval for the null "the canary is stochastically not slower", whatever stable's
 * distribution: the likelihood ratio of "which side did this request come from, given its bucket",
 *   a_j = h_j / (w h_j + 1 - w), b_j = 1 / (w h_j + 1 - w), for rising h.
 */
export function slowdownLogFactor(canary: readonly number[], stable: readonly number[], ratios: readonly number[]): number {
  const canaries = sum(canary)
  const all = canaries + sum(stable)
  if (canaries === 0 || canaries === all) return 0
  const w = canaries / all
  let ln = 0
  for (const [j, h] of ratios.entries()) {
    const x = canary[j] ?? 0
    const y = stable[j] ?? 0
    if (x + y === 0) continue
    const lnB = -Math.log1p(w * (h - 1))
    ln += (x === 0 ? 0 : x * (Math.log(h) + lnB)) + y * lnB
  }
  return ln
}

/** Probabilities from counts; half a request more in every bucket keeps them above 0. */
export function smoothed(counts: readonly number[]): number[] {
  const total = sum(counts) + counts.length / 2
  return counts.map((count) => (count + 0.5) / total)
}

/** Share above each boundary; one fewer than there are buckets. */
function survivalOf(probabilities: readonly number[]): number[] {
  const survival: number[] = []
  let above = 0
  for (let j = probabilities.length - 1; j > 0; j--) survival.unshift((above += probabilities[j] ?? 0))
  return survival
}

function scaled(factor: number, boundaries: readonly number[], survival: readonly number[], stable: readonly number[]): number[] {
  let above = 1
  return stable.map((_, j) => {
    const boundary = boundaries[j]
    const beyond = boundary === undefined ? 0 : survivalAt(boundary / factor, boundaries, survival)
    const share = above - beyond
    above = beyond
    return share
  })
}

/** Straight in logarithms between boundaries, as heavy tails are; straight in time below the first. */
function survivalAt(time: number, boundaries: readonly number[], survival: readonly number[]): number {
  const j = boundaries.findIndex((boundary) => boundary > time)
  const right = boundaries[j] ?? Infinity
  const after = survival[j] ?? 0
  const left = boundaries[j - 1]
  const before = survival[j - 1]
  if (left === undefined || before === undefined) return 1 - ((1 - after) * time) / right
  const part = Math.log(time / left) / Math.log(right / left)
  return before * (after / before) ** part
}

function fatTail(boundary: number, ratio: number, survival: readonly number[], stable: readonly number[]): number[] {
  const share = survival[boundary] ?? 0
  const grown = Math.min(ratio * share, 0.5 + share / 2)
  return stable.map((p, j) => (j > boundary ? (p * grown) / share : (p * (1 - grown)) / (1 - share)))
}

/** The nearest rising sequence by weighted squares (pool adjacent violators). */
export function rising(values: readonly number[], weights: readonly number[]): number[] {
  const blocks: { value: number; weight: number; length: number }[] = []
  for (const [j, value] of values.entries()) {
    let block = { value, weight: weights[j] ?? 1, length: 1 }
    for (let last = blocks.at(-1); last !== undefined && last.value >= block.value; last = blocks.at(-1)) {
      const weight = last.weight + block.weight
      block = { value: (last.value * last.weight + block.value * block.weight) / weight, weight, length: last.length + block.length }
      blocks.pop()
    }
    blocks.push(block)
  }
  return blocks.flatMap(({ value, length }) => Array.from({ length }, () => value))
}

/**
 * Time below which the `share` of the requests stayed, in the unit of the boundaries; straight in logarithms inside a bucket. The open bucket has no
 * upper end, so a quantile inside it is given as its lower one. Null without requests.
 */
export function quantile(counts: readonly number[], boundaries: readonly number[], share: number): number | null {
  const total = sum(counts)
  if (total === 0) return null
  let below = 0
  for (const [j, count] of counts.entries()) {
    const right = boundaries[j]
    if (right === undefined) break
    if (below + count >= share * total && count > 0) {
      const part = (share * total - below) / count
      const left = boundaries[j - 1]
      return left === undefined ? right * part : left * (right / left) ** part
    }
    below += count
  }
  return boundaries.at(-1) ?? null
}

export function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}
