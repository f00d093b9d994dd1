import { asKitError, explain, type ActionHost } from '@deploy-kit/core'
import { changedTargetState, openTarget } from '../kit/context.ts'
import type { TargetSettings } from '../deploy/settings.ts'
import { reconcileTarget } from './reconcile-target.ts'

/** The post step of every action that changes a target: reconciles the target that main had saved. Resolves to the exit status. */
export const finishInPost = async (host: ActionHost): Promise<0 | 1> => {
  const saved = host.state.read(changedTargetState)
  if (saved === '') return 0
  try {
    const target = await openTarget(JSON.parse(saved) as TargetSettings, host, new AbortController().signal)
    const { kind, text } = await reconcileTarget(target)
    if (kind === 'ended') host.log.warning(text)
    else host.log.info(text)
    return 0
  } catch (thrown) {
    host.fail(explain(asKitError(thrown)))
    return 1
  }
}
