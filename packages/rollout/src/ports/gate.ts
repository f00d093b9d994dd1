import type { Release, Side } from '../release.ts'

/** A check that must hold before a rollout goes on, such as a smoke suite. */
export interface Gate {
  /** Whether it holds for the release on that side, and a sentence of evidence. Throws only for faults of its own. */
  check(side: Side, release: Release, signal: AbortSignal): Promise<{ readonly passed: boolean; readonly text: string }>
}
