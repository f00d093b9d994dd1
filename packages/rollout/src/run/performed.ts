import type { Evidence } from '../ports/analyst.ts'
import type { Percent } from '../release.ts'
import type { Event } from '../state/event.ts'

/** What a command did to the world. */
export interface Performed {
  readonly event: Event
  readonly evidence?: Evidence
  /** Weight in place afterwards, where the command set one. */
  readonly weight?: Percent
}

/** What the runner knows when it gives a command. */
export interface Moment {
  /** Weight that this run has put in place. */
  readonly weight: Percent
  /** Whether no look was made since the step began. */
  readonly stepBegan: boolean
}
