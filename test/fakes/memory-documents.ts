import { KitError, type Clock, type Json } from '@deploy-kit/core'
import type { DocumentStore, Versioned } from '@deploy-kit/rollout'

/** Documents in memory, with the same compare-and-set as a real target. */
export class MemoryDocuments implements DocumentStore {
  readonly #documents = new Map<string, { value: Json; version: string; writtenAt: number }>()
  readonly #clock: Clock
  #writes = 0
  /** Fails the next calls, as an API that does not answer. */
  failing: Error | undefined
  /** So many next changes are made, but their answers are lost: the adapter tries again and meets its own change. */
  answersToLose = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async read(name: string): Promise<Versioned<Json> | undefined> {
    this.#failIfTold()
    const found = this.#documents.get(name)
    return found && { value: found.value, version: found.version, ageMs: this.#clock.now() - found.writtenAt }
  }

  async write(name: string, value: Json, expected: string | undefined): Promise<string> {
    this.#failIfTold()
    this.#expect(name, expected)
    const version = String(++this.#writes)
    this.#documents.set(name, { value: JSON.parse(JSON.stringify(value)) as Json, version, writtenAt: this.#clock.now() })
    this.#loseAnswer(name)
    return version
  }

  async remove(name: string, expected: string): Promise<void> {
    this.#failIfTold()
    this.#expect(name, expected)
    this.#documents.delete(name)
    this.#loseAnswer(name)
  }

  #expect(name: string, expected: string | undefined): void {
    const actual = this.#documents.get(name)?.version
    if (actual !== expected) throw new KitError('document-conflict', `${name} has version ${actual}, expected ${expected}`)
  }

  #loseAnswer(name: string): void {
    if (this.answersToLose === 0) return
    this.answersToLose -= 1
    throw new KitError('document-conflict', `${name} is not what it was`)
  }

  #failIfTold(): void {
    if (this.failing) throw this.failing
  }
}
