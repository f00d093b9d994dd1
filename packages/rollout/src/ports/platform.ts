import type { Counts } from './metrics.ts'
import type { DocumentStore } from './documents.ts'
import type { Target } from './target.ts'

/** What a platform adapter opens for one app in one environment. */
export interface Platform {
  readonly name: string
  readonly target: Target
  readonly documents: DocumentStore
  /** The platform's own request counts per side, where it has them; a metric source can be named instead. */
  readonly counts?: CountSource
  /** Addresses at which the instances that run now show Prometheus text, where the platform knows them. */
  readonly instances?: (signal: AbortSignal) => Promise<readonly string[]>
}

/** Request counts per side since the last read. A source never turns missing data into zeros. */
export interface CountSource {
  /** Checks, before anything is touched, that the source answers and knows what is asked for. */
  check(signal: AbortSignal): Promise<void>
  /** @throws KitError `metrics-unavailable` when the source cannot be read; that is never a verdict */
  read(signal: AbortSignal): Promise<Counts>
}
