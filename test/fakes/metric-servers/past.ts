import type { Side } from '@deploy-kit/rollout'
import type { Counted, MetricWorld } from '../../contracts/metric-source.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { MetricServer } from './server.ts'

export interface Happened {
  readonly side: Side
  readonly at: number
  readonly requests: number
  readonly failures: number
}

/** All that happened, by its time, as a source keeps it that can be asked about any past window. */
export class Past {
  readonly all: Happened[] = []

  /** Undefined when nothing happened. `from` belongs to the window and `until` does not. */
  between(side: Side, from: number, until: number): { requests: number; failures: number } | undefined {
    const found = this.all.filter((event) => event.side === side && event.at >= from && event.at < until)
    if (found.length === 0) return undefined
    return {
      requests: found.reduce((sum, { requests }) => sum + requests, 0),
      failures: found.reduce((sum, { failures }) => sum + failures, 0),
    }
  }
}

/** 12:00, so that the begin of a test is the begin of a period. */
export const noon = Date.UTC(2026, 2, 1, 12)

/** The world of a source that reads closed windows. */
export const pastWorld = (past: Past, server: MetricServer, clock: ManualClock, closedAfterMs: number): MetricWorld => {
  const counts = (side: Side, { requests, failures = 0 }: Counted): void => {
    // Just after the tick, for some windows hold their begin and others their end.
    past.all.push({ side, at: clock.now() + 1, requests, failures })
  }
  return {
    counts,
    countsLate: counts,
    passes: () => {
      clock.time += closedAfterMs
    },
    restarts: () => undefined,
    vanishes: () => undefined,
    shows: () => {
      throw new Error('no gauges here')
    },
    breaks: (fault) => {
      server.fault = fault
    },
    heals: () => {
      server.fault = undefined
    },
  }
}
