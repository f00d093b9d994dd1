import { KitError } from '@deploy-kit/core'
import type { Finding } from '@deploy-kit/rollout'
import type { Place } from '../place.ts'
import { historyOf, stuckIn } from '../helm/history.ts'
import { helmProgram, type Helm } from '../helm/program.ts'
import { findingOf } from './subject.ts'

/** Whether helm is there, knows the release, and would take another command. */
export const helmFindings = async (
  { options, log }: Place,
  signal: AbortSignal,
  helm: Helm = helmProgram(options),
): Promise<readonly Finding[]> => {
  if (options.helm === undefined) return []
  const { release } = options.helm
  try {
    log.info(`helm ${await helm.version(signal)}`)
    const stuck = stuckIn(await historyOf(helm, release, signal))
    if (stuck === undefined) return []
    const { pending, good } = stuck
    const then = good === pending ? 'applies it once more' : `rolls it back to revision ${good.revision}`
    return [
      {
        severity: 'warning',
        code: 'helm-release-stuck',
        message: `The Helm release ${release} is ${pending.status} since ${pending.updated} (revision ${pending.revision}). A release first ${then}.`,
      },
    ]
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof KitError) return [findingOf(error)]
    throw error
  }
}
