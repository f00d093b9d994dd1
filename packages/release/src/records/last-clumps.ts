import { messageOf } from '@deploy-kit/core'
import { isSpread, type Spread } from '@deploy-kit/judge'
import { recordStore } from '@deploy-kit/records'
import type { TargetContext } from '../kit/context.ts'

/**
 * How failures clumped in the last rollout here that had some, for a judge that cannot know it yet in its first looks. Undefined when nobody has
 * measured it, and when the records cannot be read, which is no reason to release nothing.
 */
export const lastClumps = async ({ platform, log, signal }: TargetContext): Promise<Spread | undefined> => {
  try {
    const records = await recordStore(platform.documents).list(signal)
    return records.map(({ clumps }) => clumps as unknown).find((clumps) => isSpread(clumps))
  } catch (error) {
    signal.throwIfAborted()
    log.warning(`How failures clumped in the last rollout is not known: ${messageOf(error)}`)
    return undefined
  }
}
