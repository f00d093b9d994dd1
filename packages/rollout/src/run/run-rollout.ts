import { asKitError, messageOf, type Json, type KitError } from '@deploy-kit/core'
import type { HeldLease } from '../lease/hold.ts'
import { leaveOnError } from '../lease/leave-on-error.ts'
import type { Command } from '../state/command.ts'
import { decide } from '../state/decide.ts'
import type { Event } from '../state/event.ts'
import { evolve } from '../state/evolve.ts'
import { isBeforePromotion, isTerminal, type Reason, type Terminal } from '../state/state.ts'
import { intentOf } from './intent.ts'
import { perform } from './perform.ts'
import type { Performed } from './performed.ts'
import type { RolloutPorts } from './ports.ts'
import type { SavedRollout } from './saved-rollout.ts'

export interface RunOptions {
  /** Aborted by a cancelled job. */
  readonly signal: AbortSignal
  /** What a cancelled job leaves behind: traffic on stable, or the weights as they are for `freezeForMs`. */
  readonly onCancel: 'abort' | 'freeze'
  readonly freezeForMs: number
  /** Called with the end before the lease is given back, so that no release can begin before this one is recorded. */
  readonly onEnd?: (end: Terminal) => Promise<void>
}

/**
 * Carries a rollout on from where it stands to its end: decide, write the intent ahead, perform, evolve, repeat.
 * A cancelled job makes it return to the safe side at once, by one write that the stored intent already covers.
 * @throws KitError `lease-lost`, `foreign-writer`, or what keeps the way back from being finished; the lease then stays,
 *   for `post`, `reconcile` or the target's own dead-man switch
 */
export const runRollout = (start: SavedRollout, lease: HeldLease, ports: RolloutPorts, options: RunOptions): Promise<Terminal> =>
  leaveOnError(lease, () => carryOut(start, lease, ports, options))

const carryOut = async (start: SavedRollout, lease: HeldLease, ports: RolloutPorts, options: RunOptions): Promise<Terminal> => {
  const { plan } = start
  let { state, weight } = start
  let stepBegan = false
  let cancelled = false
  if (start.judge !== null) ports.analyst.restore(start.judge)

  const saved = (): Json => ({ ...start, state, weight, judge: ports.analyst.state() }) as unknown as Json
  const happened = ({ event, evidence, weight: found }: Performed): void => {
    const before = state
    state = evolve(plan, state, event)
    weight = found ?? weight
    // A look at a source that failed has seen nothing of the step yet.
    stepBegan = event.type === 'weight-set' || (stepBegan && !(event.type === 'verdict' && event.verdict.kind !== 'provider-error'))
    ports.events({
      at: ports.clock.now(),
      event,
      phase: state.phase,
      ...('step' in state && state.step >= 0 ? { step: state.step } : 'step' in before && before.step >= 0 && { step: before.step }),
      weight,
      ...(evidence !== undefined && { evidence }),
      ...(event.type === 'started' && { plan }),
    })
  }
  const happens = (event: Event): void => happened({ event })
  const writeAhead = async (command: Command): Promise<void> => {
    try {
      await lease.write(intentOf(plan, state, command, weight), saved())
    } catch (error) {
      // What only looks needs no intent: a failed write is as a missed heartbeat, and no reason to go back.
      if (changesTarget(command) || lease.lost.aborted) throw error
      ports.log.warning(`The lease could not be renewed: ${messageOf(error)}`)
    }
  }

  while (!isTerminal(state)) {
    if (options.signal.aborted && !cancelled) {
      cancelled = true
      happens(
        options.onCancel === 'freeze' && isBeforePromotion(state) && state.phase !== 'created'
          ? { type: 'freeze' }
          : { type: 'abort', reason: cancelReason(options.signal) },
      )
      continue
    }
    if (isBeforePromotion(state) && ports.clock.now() - start.startedAt > plan.deadlineMs) {
      happens({
        type: 'abort',
        reason: { code: 'rollout-timeout', text: `The rollout had not reached its promotion after ${plan.deadlineMs / 1000} s.` },
      })
      continue
    }
    const command = decide(plan, state)
    if (command === undefined) break
    // Once cancelled, the way back must not be cancelled by the same signal.
    const signal = AbortSignal.any(cancelled ? [lease.lost] : [options.signal, lease.lost])
    try {
      // A retreat is covered by the intent that is stored already, and every millisecond of it counts.
      if (state.phase !== 'retreating') await writeAhead(command)
      happened(await perform(plan, command, { weight, stepBegan }, ports, signal))
    } catch (thrown) {
      const error = asKitError(thrown)
      if (lease.lost.aborted) lease.lost.throwIfAborted()
      const isHome = error.code === 'weight-returned'
      if (options.signal.aborted && !cancelled && !isHome && !stopsEverything(error)) continue
      const after = stopsEverything(error) ? state : evolve(plan, state, { type: 'failed', reason: reasonOf(error) })
      if (after === state) throw error
      happens({ type: 'failed', reason: reasonOf(error) })
      if (isHome) happened({ event: { type: 'weight-set', weight: 0, at: ports.clock.now() }, weight: 0 })
    }
  }
  const end = state as Terminal
  await options.onEnd?.(end)
  await settle(lease, end, saved(), options)
  return end
}

/** A frozen rollout leaves its lease behind with a time to live of its own; any other end gives it back. */
const settle = async (lease: HeldLease, state: Terminal, saved: Json, options: RunOptions): Promise<void> => {
  if (state.phase !== 'frozen') return lease.release()
  await lease.write(lease.intent, saved, options.freezeForMs)
  await lease.leave()
}

/** Faults after which nothing may be touched any more, not even to go back. */
const stopsEverything = (error: KitError): boolean =>
  error.code === 'foreign-writer' || error.code === 'lease-lost' || error.code === 'lease-required'

const changing: ReadonlySet<Command['type']> = new Set(['prepare', 'shift', 'promote', 'discard', 'replace', 'restore'])

const changesTarget = ({ type }: Command): boolean => changing.has(type)

const reasonOf = (error: KitError): Reason => ({ code: error.code, text: error.message })

const cancelReason = (signal: AbortSignal): Reason => reasonOf(asKitError(signal.reason))
