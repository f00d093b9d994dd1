import type { ActionHost, InputValues } from '@deploy-kit/core'
import {
  deploy,
  deploymentActionResult,
  openTarget,
  planJson,
  releaseOf,
  requireGoodBefore,
  requireScanned,
  resolveImage,
  resolveSettings,
  resolveTarget,
} from '@deploy-kit/release'
import type { deployCanary } from './action.ts'

type Inputs = InputValues<typeof deployCanary.inputs>

/** Releases an image: the whole of deploy-canary, and the last stage of the pipeline. */
export const release = async (inputs: Inputs, { host, signal }: { readonly host: ActionHost; readonly signal: AbortSignal }) => {
  const resolved = await resolveTarget(inputs, host.workspace)
  const settings = resolveSettings(inputs, resolved, host.workspace)
  const image = await resolveImage(inputs.image, inputs.digest, host.workspace)
  const version = releaseOf({ ...image, version: inputs.version, commit: host.run.commit, variables: settings.variables })
  await requireScanned(resolved, inputs, image, host, signal)
  await requireGoodBefore(resolved, inputs, version, host, signal)
  const target = await openTarget(resolved.target, host, signal)
  const report = await deploy({ settings, release: version, dryRun: inputs['dry-run'], kind: 'release' }, target)
  const result = deploymentActionResult(report, host)
  return { ...result, outputs: { ...result.outputs, plan: planJson(report) } }
}
