import { formatDuration, KitError, type Clock, type Logger } from '@deploy-kit/core'
import { historyOf, stuckIn, type HelmRevision } from './history.ts'
import type { Helm } from './program.ts'

/** A helm that is at work does not take longer than this; it would wait no longer for hooks either (its --timeout). */
const atWorkMs = 300_000
/** What our own helm needs at most: it applies, and waits for nothing. */
const ownAtWorkMs = 15_000
const pollMs = 1_000

export interface Recovery {
  readonly helm: Helm
  readonly release: string
  /** Whether the pending revision was begun by a run of deploy-kit, which holds the lease no more. */
  readonly isOurs: (history: readonly HelmRevision[], signal: AbortSignal) => Promise<boolean>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Gets a Helm release out of the state in which an interrupted helm has left it: every later command of Helm would be refused with "another operation
 * is in progress". The last revision that was carried out is rolled back to, and that is said. True when something was done.
 * @throws KitError `helm-release-busy` while another helm may still be at work
 */
export const recoverRelease = async ({ helm, release, isOurs, clock, log }: Recovery, signal: AbortSignal): Promise<boolean> => {
  const history = await historyOf(helm, release, signal)
  let stuck = stuckIn(history)
  if (stuck === undefined) return false
  const patience = (await isOurs(history, signal)) ? ownAtWorkMs : atWorkMs
  while (ageOf(stuck.pending, clock) < patience) {
    if (patience === atWorkMs)
      throw new KitError(
        'helm-release-busy',
        `The Helm release ${release} has been ${stuck.pending.status} for ${formatDuration(ageOf(stuck.pending, clock))} (revision ${stuck.pending.revision}): another helm may be at work.`,
      )
    await clock.sleep(pollMs, signal)
    stuck = stuckIn(await historyOf(helm, release, signal))
    if (stuck === undefined) return false
  }
  const { pending, good } = stuck
  await helm.run(['rollback', release, String(good.revision)], signal)
  log.warning(
    `The Helm release ${release} was stuck: revision ${pending.revision} was ${pending.status} since ${pending.updated}, because the helm that made it was interrupted. ` +
      (good === pending
        ? 'What it holds was applied once more.'
        : `It was rolled back to revision ${good.revision}, the last that was carried out.`),
  )
  return true
}

const ageOf = ({ updated }: HelmRevision, clock: Clock): number => Math.max(0, clock.now() - Date.parse(updated))
