import type { HalfCounts } from '@deploy-kit/rollout'

/** Both halves of stable, in the order of the port. */
export type Halves = readonly [HalfCounts, HalfCounts]

const none: HalfCounts = { requests: 0, failures: 0 }

/**
 * Deals the instances of stable into two halves. An instance keeps its half as long as it is there; one that comes goes to the half with fewer of them, in
 * the order of the names, so that two runs that see the same instances deal alike.
 */
export class Dealer {
  #halves: ReadonlyMap<string, 0 | 1> = new Map()

  /** The counts of both halves; undefined for fewer than two instances, which cannot be compared with each other. */
  deal(counts: ReadonlyMap<string, HalfCounts>): Halves | undefined {
    const names = [...counts.keys()].toSorted()
    if (names.length < 2) return undefined
    this.#halves = dealt(names, this.#halves)
    // Where all of one half are gone, the others are dealt anew.
    if (new Set(this.#halves.values()).size < 2) this.#halves = dealt(names, new Map())
    const of = (half: 0 | 1): HalfCounts =>
      names.reduce((sum, name) => (this.#halves.get(name) === half ? plus(sum, counts.get(name) ?? none) : sum), none)
    return [of(0), of(1)]
  }
}

const dealt = (names: readonly string[], before: ReadonlyMap<string, 0 | 1>): ReadonlyMap<string, 0 | 1> => {
  const halves = new Map<string, 0 | 1>()
  for (const name of names) {
    const kept = before.get(name)
    if (kept !== undefined) halves.set(name, kept)
  }
  for (const name of names) {
    if (halves.has(name)) continue
    const inFirst = [...halves.values()].filter((half) => half === 0).length
    halves.set(name, 2 * inFirst <= halves.size ? 0 : 1)
  }
  return halves
}

/** Failures can show before their requests, and a half has no more of them than requests. */
const plus = (a: HalfCounts, b: HalfCounts): HalfCounts => {
  const requests = a.requests + b.requests
  return { requests, failures: Math.min(requests, a.failures + b.failures) }
}
