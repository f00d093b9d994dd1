import { KitError, type Clock, type Json } from '@deploy-kit/core'
import type { Versioned } from '@deploy-kit/rollout'

/** A document as it is stored. Its age goes by the edge's clock and goes on while the edge is down. */
export interface StoredDocument {
  readonly value: Json
  readonly version: string
  readonly writtenAt: number
}

/** The documents of an app, each written by compare-and-set. */
export class DocumentShelf {
  readonly #documents: Map<string, StoredDocument>
  readonly #clock: Clock
  /** Rises with every write of any document, so that a version never comes again. */
  #writes: number

  constructor(clock: Clock, documents: Readonly<Record<string, StoredDocument>> = {}, writes = 0) {
    this.#clock = clock
    this.#documents = new Map(Object.entries(documents))
    this.#writes = writes
  }

  read(name: string): Versioned<Json> | undefined {
    const document = this.#documents.get(name)
    if (document === undefined) return undefined
    const { value, version, writtenAt } = document
    return { value, version, ageMs: Math.max(0, this.#clock.now() - writtenAt) }
  }

  /** @throws KitError `document-conflict` */
  write(name: string, value: Json, expected: string | undefined): string {
    this.#compare(name, expected)
    this.#writes += 1
    const version = String(this.#writes)
    this.#documents.set(name, { value, version, writtenAt: this.#clock.now() })
    return version
  }

  /** @throws KitError `document-conflict` */
  remove(name: string, expected: string): void {
    this.#compare(name, expected)
    this.#documents.delete(name)
  }

  snapshot(): { readonly documents: Readonly<Record<string, StoredDocument>>; readonly writes: number } {
    return { documents: Object.fromEntries(this.#documents), writes: this.#writes }
  }

  #compare(name: string, expected: string | undefined): void {
    const found = this.#documents.get(name)?.version
    if (found === expected) return
    throw new KitError(
      'document-conflict',
      `The document \`${name}\` is ${say(found)}; the change was made for one that is ${say(expected)}.`,
    )
  }
}

const say = (version: string | undefined): string => (version === undefined ? 'not there' : `at version ${version}`)
