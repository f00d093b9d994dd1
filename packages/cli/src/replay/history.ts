import { estimateDispersion, negativeControl, neighbours, type History } from '@deploy-kit/judge'
import type { Line } from './line.ts'

/** What a series before the release says of stable. */
export interface Past {
  readonly history: History
  /** So many failures count as one. */
  readonly phi: number
  /** Odds that stable differs from itself. */
  readonly control: number
}

/** Stable's past. A series does not know its instances, so neighbouring intervals are the halves; where the rate drifts that errs on the high side. */
export const pastOf = (lines: readonly Line[]): Past => {
  const intervals = lines.map(({ stable }) => stable)
  const halves = neighbours(intervals)
  const phi = estimateDispersion(halves).overdispersion
  return {
    history: {
      requests: intervals.reduce((sum, { requests }) => sum + requests, 0),
      failures: intervals.reduce((sum, { failures }) => sum + failures, 0),
    },
    phi,
    // What keeps one half worse from interval to interval is no clump, and must not pass for one.
    control: negativeControl(halves, estimateDispersion(halves, [1]).overdispersion),
  }
}
