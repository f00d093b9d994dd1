import type { Json } from '@deploy-kit/core'

/** A document with the token that its next write must present. */
export interface Versioned<T> {
  readonly value: T
  readonly version: string
  /** Milliseconds since the last write by the target's own clock, so that skewed clocks of runners do not matter. */
  readonly ageMs: number
}

/**
 * Small JSON documents that live in the target beside the workload (lease, records, approvals), so that they
 * survive the runner. Each is written by compare-and-set.
 */
export interface DocumentStore {
  read(name: string, signal: AbortSignal): Promise<Versioned<Json> | undefined>
  /**
   * Writes when the stored version is still `expected` (undefined: when there is no document), and returns the new version.
   * @throws KitError `document-conflict` when it is not
   */
  write(name: string, value: Json, expected: string | undefined, signal: AbortSignal): Promise<string>
  /** Removes when the version is still `expected`. @throws KitError `document-conflict` when it is not */
  remove(name: string, expected: string, signal: AbortSignal): Promise<void>
}
