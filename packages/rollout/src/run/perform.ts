import { KitError, messageOf } from '@deploy-kit/core'
import { shortDigest } from '../plan/describe-plan.ts'
import type { Plan } from '../plan/plan.ts'
import { sameRelease, type Release, type Side } from '../release.ts'
import type { Command } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { checkInPlace } from './in-place.ts'
import { look } from './look.ts'
import type { Moment, Performed } from './performed.ts'
import type { RolloutPorts } from './ports.ts'

/** Carries a command out through the ports and says what happened. @throws KitError what the ports throw, `digest-mismatch`, `weight-returned`, `foreign-writer` */
export const perform = async (
  plan: Plan,
  command: Command,
  moment: Moment,
  ports: RolloutPorts,
  signal: AbortSignal,
): Promise<Performed> => {
  const { target, clock } = ports
  switch (command.type) {
    case 'start':
      return { event: { type: 'started' } }
    case 'prepare':
      await target.prepare(command.release, signal, { preview: plan.inPlace === 'after-preview' })
      await verifyRunning('canary', command.release, ports, signal)
      return { event: { type: 'prepared' } }
    case 'gate': {
      const result = await ports.gates[command.gate].check(command.side, command.release, signal)
      const event: Event = result.passed
        ? { type: 'gate-passed' }
        : { type: 'gate-failed', reason: { code: 'smoke-failed', text: result.text } }
      return { event }
    }
    case 'shift':
      if (command.release !== undefined) {
        checkInPlace({ weight: moment.weight, side: 'canary', release: command.release }, await target.describe(signal))
        if (command.weight === 100) await noteStable(plan, command.release, moment, ports, signal)
      }
      await target.shift(command.weight, signal)
      return { event: { type: 'weight-set', weight: command.weight, at: clock.now() }, weight: command.weight }
    case 'look':
      await clock.sleep(plan.pollMs, signal)
      await keepUp(command, moment, ports, signal)
      return look(plan, command.mode, moment, ports, signal)
    case 'ask-approval': {
      const approval = await ports.approver.ask(command.step, signal)
      checkInPlace({ weight: moment.weight, side: 'canary', release: plan.release }, await target.describe(signal))
      if (approval.decision === 'waiting') await clock.sleep(plan.pollMs, signal)
      return { event: { type: 'approval', ...approval } }
    }
    case 'promote':
      await noteStable(plan, command.release, moment, ports, signal)
      await target.promote(signal)
      await verifyRunning('stable', command.release, ports, signal)
      return { event: { type: 'promoted', at: clock.now() }, weight: 0 }
    case 'discard':
      await target.discard(signal)
      return { event: { type: 'discarded' } }
    case 'replace':
      await requireOwn(plan, ports, signal)
      await noteStable(plan, command.release, moment, ports, signal)
      await inPlaceOf(ports).replace(command.release, signal)
      await verifyRunning('stable', command.release, ports, signal)
      return { event: { type: 'promoted', at: clock.now() }, weight: 0 }
    case 'restore':
      await requireOwn(plan, ports, signal)
      await inPlaceOf(ports).restore(command.release, signal)
      await verifyRunning('stable', command.release, ports, signal)
      return { event: { type: 'restored' }, weight: 0 }
  }
}

/**
 * Before a release goes from no traffic to all of it (blue-green, rolling), the judge hears what the replaced one did until
 * then: it is all that there will be to compare with. A source that fails here is no reason to stay; the looks to come say so.
 */
const noteStable = async (plan: Plan, release: Release, moment: Moment, ports: RolloutPorts, signal: AbortSignal): Promise<void> => {
  if (moment.weight > 0 || plan.replaces === undefined || !sameRelease(release, plan.release)) return
  await ports.analyst.look({ weight: 0, mode: 'rollout', stepBegan: false }, signal).catch(() => undefined)
}

/** The canary follows what stable was scaled to since. A look is not worth less for a cluster that would not scale just now. */
const keepUp = async (
  { mode }: Extract<Command, { type: 'look' }>,
  { weight }: Moment,
  { target, log }: RolloutPorts,
  signal: AbortSignal,
): Promise<void> => {
  if (mode !== 'rollout' || weight === 0) return
  await target.keepUp?.(signal).catch((error: unknown) => {
    signal.throwIfAborted()
    if (error instanceof KitError && error.code === 'lease-required') throw error
    log.warning(`The canary could not be scaled with stable: ${messageOf(error)}`)
  })
}

/**
 * What stands in place is one of the two releases: another one is somebody else's, and not ours to replace.
 * @throws KitError `foreign-writer`
 */
const requireOwn = async ({ release, replaces }: Plan, { target }: RolloutPorts, signal: AbortSignal): Promise<void> => {
  const found = (await target.describe(signal)).stable?.release
  if (found === undefined || sameRelease(found, release) || sameRelease(found, replaces)) return
  throw new KitError(
    'foreign-writer',
    `The workload runs ${shortDigest(found.digest)}, which is neither what this rollout puts there nor what it replaces. Nothing was touched.`,
  )
}

const inPlaceOf = ({ target }: RolloutPorts): NonNullable<typeof target.inPlace> => {
  if (target.inPlace !== undefined) return target.inPlace
  throw new KitError('internal-error', 'the plan replaces in place, which this target cannot')
}

/** What runs is the digest that was asked for: read back from the running instances, not from the specification. */
const verifyRunning = async (side: Side, release: Release, ports: RolloutPorts, signal: AbortSignal): Promise<void> => {
  const { [side]: revision } = await ports.target.describe(signal)
  if (revision?.runningDigest === release.digest) return
  const running = revision?.runningDigest === undefined ? 'nothing' : shortDigest(revision.runningDigest)
  throw new KitError('digest-mismatch', `The ${side} side was to run ${shortDigest(release.digest)}, and its instances run ${running}.`)
}
