import { KitError } from '@deploy-kit/core'
import type { SideCounts } from '@deploy-kit/rollout'
import type { MetricSource, SideIdentity, Sides, SourceContext } from '../source.ts'
import { Balance, type Tally } from './balance.ts'
import { periodAt, periodFrom, type Window } from './window.ts'

/** What was counted of each side; a side is absent when there is no data of it. */
export interface Tallies {
  readonly canary?: Tally | undefined
  readonly stable?: Tally | undefined
}

/** A place that tells for any past stretch of time what was counted in it. */
export interface PastCounts {
  /** Who is asked, for messages. */
  readonly source: string
  /** The place counts in periods of this length; windows begin and end with one. */
  readonly periodMs: number
  /** How long after a period its counts are complete. What comes later than that is not counted. */
  readonly lagMs: number
  readonly count: (window: Window, sides: Sides, signal: AbortSignal) => Promise<Tallies>
}

/** So far back the traffic is looked at before a release. */
const recentMs = 1_800_000
/** A check needs one request of stable within this time. */
const checkedMs = 3_600_000

/**
 * A source that reads closed periods only: each window begins where the last one ended, and ends with the last period that
 * is complete. The window moves on when a read has succeeded, so a failed one costs nothing and nothing is counted twice.
 */
export const closedPeriods = ({ sides, clock, metric }: SourceContext, { source, periodMs, lagMs, count }: PastCounts): MetricSource => {
  let from: number | undefined
  const balances = new Map<string, Balance>()
  const lastClosed = (): number => periodAt(clock.now() - lagMs, periodMs)
  const counted = (window: Window, now: Sides, signal: AbortSignal): Promise<Tallies> =>
    now.canary === undefined && now.stable === undefined ? Promise.resolve({}) : count(window, now, signal)

  return {
    check: async (signal) => {
      signal.throwIfAborted()
      const until = lastClosed()
      const now = await sides(signal)
      const { stable } = await counted({ from: periodAt(until - checkedMs, periodMs), until }, now, signal)
      if (now.stable !== undefined && stable === undefined)
        throw new KitError('metrics-empty', `${source} knows of no request of stable in the last hour, for the metric ${metric}.`, {
          remedy: 'Correct the query. Where nobody asked for an hour, there is nothing to compare a canary with.',
        })
    },
    read: async (signal) => {
      signal.throwIfAborted()
      const at = clock.now()
      const until = lastClosed()
      const now = await sides(signal)
      if (from === undefined) {
        // Nothing of it is counted, but a source that is out of order is known from the beginning.
        await counted({ from: until - periodMs, until }, now, signal)
        from = periodFrom(at, periodMs)
      }
      if (until <= from) return { at: Math.min(from, at), canary: undefined, stable: undefined }
      const tallies = await counted({ from, until }, now, signal)
      const canary = settled(balances, now.canary, tallies.canary)
      const stable = settled(balances, now.stable, tallies.stable)
      for (const side of [canary, stable]) side?.keep()
      const counts = { at: until, from, canary: canary?.counts, stable: stable?.counts }
      from = until
      return counts
    },
    recent: async (signal) => {
      const { stable } = await sides(signal)
      if (stable === undefined) return undefined
      const until = lastClosed()
      const window = { from: periodAt(until - recentMs, periodMs), until }
      const tallies = await counted(window, { stable }, signal)
      if (tallies.stable === undefined) return undefined
      const { requests, failures } = new Balance().settled(tallies.stable).counts
      return { requests, failures, ms: window.until - window.from }
    },
  }
}

interface Settled {
  readonly counts: SideCounts
  readonly keep: () => void
}

/** What waits belongs to the release and not to the side: a promotion makes the canary stable. */
const settled = (balances: Map<string, Balance>, release: SideIdentity | undefined, tally: Tally | undefined): Settled | undefined => {
  if (release === undefined || tally === undefined) return undefined
  const key = JSON.stringify([release.digest, release.configuration])
  const balance = balances.get(key) ?? new Balance()
  balances.set(key, balance)
  return balance.settled(tally)
}
