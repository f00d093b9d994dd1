import { KitError } from '@deploy-kit/core'
import type { History } from '@deploy-kit/judge'
import type { Analyst, CountSource, EventSink, RolloutPorts } from '@deploy-kit/rollout'
import type { Suite } from '@deploy-kit/smoke'
import type { TargetContext } from '../kit/context.ts'
import { createAnalyst } from './analyst.ts'
import { documentApprover } from './approver.ts'
import { judgingOf } from './judge-options.ts'
import type { DeploySettings } from './settings.ts'
import { smokeGate } from './smoke-gate.ts'

/** The ports of a release, made of the platform, the settings and what the judge hears. */
export const portsForRelease = (
  settings: DeploySettings,
  suite: Suite | undefined,
  counts: CountSource,
  history: History | undefined,
  context: TargetContext,
  events: EventSink,
): RolloutPorts => ({
  ...common(context),
  analyst: createAnalyst(counts, { judging: judgingOf(settings), history, clock: context.clock, pollMs: settings.pollMs }),
  gates: { smoke: smokeGate(suite, context.platform.target, context) },
  events,
})

/** The ports of a way home: nothing is judged on it, and no suite is run. */
export const portsForReturn = (context: TargetContext): RolloutPorts => ({
  ...common(context),
  analyst: noAnalyst,
  gates: { smoke: smokeGate(undefined, context.platform.target, context) },
  events: context.events,
})

const common = ({ platform, clock, log }: TargetContext): Pick<RolloutPorts, 'target' | 'approver' | 'clock' | 'log'> => ({
  target: platform.target,
  approver: documentApprover(platform.documents),
  clock,
  log,
})

const noAnalyst: Analyst = {
  look: () => Promise.reject(new KitError('internal-error', 'a way home has nothing to judge')),
  state: () => null,
  restore: () => undefined,
}
