import type { ReasonCode } from '@deploy-kit/core'

/** Something about a target that was found before anything is touched. */
export interface Finding {
  /** An `error` keeps a release from beginning; a `warning` is a risk that somebody should know of; `advice` makes releases safer. */
  readonly severity: 'error' | 'warning' | 'advice'
  readonly code: ReasonCode
  /** What was seen, naming object and value. */
  readonly message: string
  /** What to do about it; without one, the remedy of the code's page. */
  readonly remedy?: string
}
