import type { Clock, Logger } from '@deploy-kit/core'
import type { GateName } from '../plan/plan.ts'
import type { Analyst } from '../ports/analyst.ts'
import type { Approver } from '../ports/approver.ts'
import type { EventSink } from '../ports/events.ts'
import type { Gate } from '../ports/gate.ts'
import type { Target } from '../ports/target.ts'

/** Everything a rollout reaches the world by. */
export interface RolloutPorts {
  readonly target: Target
  readonly analyst: Analyst
  readonly gates: Readonly<Record<GateName, Gate>>
  readonly approver: Approver
  readonly clock: Clock
  readonly log: Logger
  readonly events: EventSink
}
