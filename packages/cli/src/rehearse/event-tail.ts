import { existsSync, readFileSync } from 'node:fs'
import type { LoggedEvent } from '@deploy-kit/rollout'

/** The events that a release has logged so far, and those that are new since the last call. */
export class EventTail {
  readonly #file: string
  #read = 0
  readonly all: LoggedEvent[] = []

  constructor(file: string) {
    this.#file = file
  }

  next(): readonly LoggedEvent[] {
    if (!existsSync(this.#file)) return []
    const text = readFileSync(this.#file, 'utf8')
    const complete = text.slice(this.#read, text.lastIndexOf('\n') + 1)
    this.#read += complete.length
    const fresh = complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LoggedEvent)
    this.all.push(...fresh)
    return fresh
  }
}
