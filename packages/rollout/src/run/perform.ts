import { KitError } from '@deploy-kit/core'
import type { Plan } from '../plan/plan.ts'
import { shortDigest } from '../plan/describe-plan.ts'
import type { Evidence, Verdict } from '../ports/analyst.ts'
import type { Release } from '../release.ts'
import type { Command } from '../state/command.ts'
import type { Event, VerdictSummary } from '../state/event.ts'
import type { RolloutPorts } from './ports.ts'

export interface Performed {
  readonly event: Event
  readonly evidence?: Evidence
}

/** Carries a command out through the ports and says what happened. @throws what the ports throw */
export const perform = async (
  plan: Plan,
  command: Command,
  stepBegan: boolean,
  ports: RolloutPorts,
  signal: AbortSignal,
): Promise<Performed> => {
  const { target, clock } = ports
  switch (command.type) {
    case 'start':
      return { event: { type: 'started' } }
    case 'prepare':
      await target.prepare(command.release, signal)
      await verifyRunning(command.release, ports, signal)
      return { event: { type: 'prepared' } }
    case 'gate': {
      const result = await ports.gates[command.gate].check(command.side, command.release, signal)
      const event: Event = result.passed
        ? { type: 'gate-passed' }
        : { type: 'gate-failed', reason: { code: 'smoke-failed', text: result.text } }
      return { event }
    }
    case 'shift':
      await target.shift(command.weight, signal)
      return { event: { type: 'weight-set', weight: command.weight, at: clock.now() } }
    case 'look': {
      await clock.sleep(plan.pollMs, signal)
      const verdict = await ports.analyst.look({ weight: command.weight, mode: command.mode, stepBegan }, signal)
      return {
        event: { type: 'verdict', verdict: summarise(verdict), at: clock.now() },
        ...(verdict.kind !== 'provider-error' && { evidence: verdict.evidence }),
      }
    }
    case 'ask-approval': {
      const approval = await ports.approver.ask(command.step, signal)
      if (approval.decision === 'waiting') await clock.sleep(plan.pollMs, signal)
      return { event: { type: 'approval', ...approval } }
    }
    case 'promote':
      await target.promote(signal)
      return { event: { type: 'promoted', at: clock.now() } }
    case 'discard':
      await target.discard(signal)
      return { event: { type: 'discarded' } }
  }
}

/** What runs is the digest that was asked for: read back from the running instances, not from the specification. */
const verifyRunning = async (release: Release, ports: RolloutPorts, signal: AbortSignal): Promise<void> => {
  const { canary } = await ports.target.describe(signal)
  if (canary?.runningDigest === release.digest) return
  const running = canary?.runningDigest === undefined ? 'nothing' : shortDigest(canary.runningDigest)
  throw new KitError('digest-mismatch', `The canary was prepared with ${shortDigest(release.digest)}, and its instances run ${running}.`)
}

const summarise = (verdict: Verdict): VerdictSummary => {
  switch (verdict.kind) {
    case 'pass':
      return { kind: 'pass' }
    case 'fail':
      return { kind: 'fail', text: `${verdict.culprit}: ${verdict.evidence.text}` }
    case 'insufficient':
      return { kind: 'insufficient', withinTolerance: verdict.withinTolerance, text: verdict.evidence.text }
    case 'provider-error':
      return { kind: 'provider-error', text: verdict.error.message }
  }
}
