import type { Random } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'

/**
 * Deals requests to the two sides so that every block of requests holds exactly the weight: 1 of 20 at 5 %, 1 of 4 at 25 %.
 * Within a block the order is by chance: were it always the 20th, requests that come in a fixed order (a page, its style
 * sheet, its picture, …) would send the canary only one kind of them, and the judge would compare apples with pears.
 */
export class Assignment {
  readonly #random: Random
  #weight: Percent = 0
  /** What is left of the current block, dealt from the end. */
  #block: boolean[] = []

  constructor(random: Random) {
    this.#random = random
  }

  get weight(): Percent {
    return this.#weight
  }

  set weight(percent: Percent) {
    if (percent === this.#weight) return
    this.#weight = percent
    this.#block = []
  }

  /** Whether the next request is the canary's. */
  next(): boolean {
    if (this.#weight === 0 || this.#weight === 100) return this.#weight === 100
    if (this.#block.length === 0) this.#block = this.#shuffled()
    return this.#block.pop() === true
  }

  #shuffled(): boolean[] {
    const divisor = greatestCommonDivisor(this.#weight, 100)
    const block = Array.from({ length: 100 / divisor }, (_, index) => index < this.#weight / divisor)
    // Fisher and Yates.
    for (let last = block.length - 1; last > 0; last -= 1) {
      const chosen = Math.floor(this.#random() * (last + 1))
      const moved = block[last] === true
      block[last] = block[chosen] === true
      block[chosen] = moved
    }
    return block
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
