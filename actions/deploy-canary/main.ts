import { runs } from '@deploy-kit/core'
import {
  deploy,
  deploymentActionResult,
  openTarget,
  planJson,
  releaseOf,
  requireGoodBefore,
  resolveImage,
  resolveSettings,
  resolveTarget,
} from '@deploy-kit/release'
import { deployCanary } from './action.ts'

export const main = runs(deployCanary, async ({ inputs, host, signal }) => {
  const resolved = await resolveTarget(inputs, host.workspace)
  const settings = resolveSettings(inputs, resolved, host.workspace)
  const image = await resolveImage(inputs.image, inputs.digest, host.workspace)
  const release = releaseOf({ ...image, version: inputs.version, commit: host.run.commit, variables: settings.variables })
  await requireGoodBefore(resolved, inputs, release, host, signal)
  const target = await openTarget(resolved.target, host, signal)
  const report = await deploy({ settings, release, dryRun: inputs['dry-run'], kind: 'release' }, target)
  const result = deploymentActionResult(report, host)
  return { ...result, outputs: { ...result.outputs, plan: planJson(report) } }
})

export { post } from '../shared/post.ts'
