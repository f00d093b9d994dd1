import type { Plan } from '../plan/plan.ts'
import type { Event } from '../state/event.ts'
import type { State } from '../state/state.ts'
import type { Evidence } from './analyst.ts'
import type { Percent } from '../release.ts'

/**
 * One line of `events.jsonl`, the log that summary, report and records are derived from. Times are milliseconds since
 * the epoch by the clock of the run.
 */
export interface LoggedEvent {
  readonly at: number
  readonly event: Event
  /** The state after the event. */
  readonly phase: State['phase']
  /** Step of the plan, counted from 0, where the state has one. */
  readonly step?: number
  /** Weight in place after the event. */
  readonly weight: Percent
  readonly evidence?: Evidence
  /** The plan, with the event that begins it. */
  readonly plan?: Plan
}

/** Where the event log goes. Never throws: a full disk must not stop an abort. */
export type EventSink = (event: LoggedEvent) => void
