import type { ActionHost, ActionResult } from '@deploy-kit/core'
import { build, planBuild, type BuildPorts } from '@deploy-kit/image'
import { describeRemote, type Registry } from '@deploy-kit/image/registry'
import { requireBudget } from '@deploy-kit/image/size'
import { buildReport } from './build-report.ts'
import { contentOf } from './content.ts'
import { describeBuild, type DescribedBuild } from './described-build.ts'
import type { BuildInputs, BuildOutputs } from './inputs.ts'
import { loginsOf } from './logins.ts'
import { measure } from './measure.ts'
import { publishTags } from './move-tags.ts'
import { planReport } from './plan-report.ts'
import { sourceOf } from './source.ts'
import { knownReport, type KnownImage } from './known-report.ts'
import { openWorkplace } from './workplace.ts'

/** Builds an image, or gives tags to one that was built and found good, or with `dry-run` shows what would be done. */
export const buildImage = async (inputs: BuildInputs, host: ActionHost, signal: AbortSignal): Promise<ActionResult<BuildOutputs>> => {
  const described = describeBuild(inputs, await sourceOf(host, inputs['source-date-epoch']), host)
  for (const notice of described.naming.notices) host.log.notice(notice)
  const logins = loginsOf(inputs, described.naming.names)
  if (inputs['dry-run']) return dryRun(described, { log: host.log, signal })

  await using workplace = await openWorkplace(host, logins, signal)
  const { registry, environment, directory: temporaryDirectory } = workplace
  if (inputs.digest !== undefined) {
    const moved = { digest: inputs.digest, hash: inputs['content-hash'], push: 'true', outcome: 'tagged' } as const
    return await publishKnown(described, moved, registry, host)
  }
  const content = inputs.push === 'false' ? undefined : await contentOf(inputs, described, registry, host.log)
  if (content?.digest !== undefined) {
    const same = { digest: content.digest, hash: content.hash, push: inputs.push, outcome: 'unchanged' } as const
    return await publishKnown(described, same, registry, host)
  }
  const started = performance.now()
  const image = await host.log.group(`Build ${described.naming.references[0] ?? described.naming.names[0] ?? ''}`, () =>
    build(described.request, { log: host.log, signal, registry, environment, temporaryDirectory }),
  )
  const size = await measure(image.platforms, inputs.push === 'false' ? [] : described.baselines, registry, host.log)
  requireBudget(size, described.budget)
  if (inputs.push === 'true') await publishTags(registry, described.naming, { digest: image.digest, hash: content?.hash }, host)
  return buildReport(described, { ...image, size, hash: content?.hash, tookMs: performance.now() - started, push: inputs.push })
}

const dryRun = async (described: DescribedBuild, ports: BuildPorts): Promise<ActionResult<BuildOutputs>> => {
  const { lines, result } = planReport(described, await planBuild(described.request, { ...ports, mayAsk: false }))
  for (const line of lines) ports.log.info(line)
  return result
}

/** Nothing is built: the image is there. Its tags move, unless that is left to the step after a scan. */
const publishKnown = async (
  described: DescribedBuild,
  known: KnownImage,
  registry: Registry,
  host: ActionHost,
): Promise<ActionResult<BuildOutputs>> => {
  const [name = ''] = described.naming.names
  const platforms = await describeRemote(registry, name, known.digest)
  const size = await measure(platforms, described.baselines, registry, host.log)
  requireBudget(size, described.budget)
  if (known.push === 'true') await publishTags(registry, described.naming, known, host)
  return knownReport(described, known, size, platforms)
}
