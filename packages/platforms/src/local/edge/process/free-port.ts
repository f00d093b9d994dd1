import { createServer } from 'node:net'
import { KitError, type Random } from '@deploy-kit/core'

/**
 * Below the range from which systems number outgoing connections (Linux: 32768 and up, elsewhere 49152 and up): under load
 * one of those could take the port between the look and the start of the version.
 */
const lowest = 20_000
const highest = 32_767

/** Ports for versions. One that was handed out is not handed out again before it is given back. */
export class Ports {
  readonly #taken = new Set<number>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** @throws KitError `port-taken` when a hundred tries found none */
  async take(): Promise<number> {
    for (let tries = 0; tries < 100; tries += 1) {
      const port = lowest + Math.floor(this.#random() * (highest - lowest + 1))
      if (this.#taken.has(port)) continue
      this.#taken.add(port)
      if (await isFree(port)) return port
      this.#taken.delete(port)
    }
    throw new KitError('port-taken', `No free port was found between ${lowest} and ${highest}.`)
  }

  giveBack(port: number): void {
    this.#taken.delete(port)
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
