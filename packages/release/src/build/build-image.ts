import type { ActionHost, ActionResult } from '@deploy-kit/core'
import { build, planBuild, type BuildPorts } from '@deploy-kit/image'
import { describeRemote, mergeImages } from '@deploy-kit/image/registry'
import { requireBudget } from '@deploy-kit/image/size'
import { buildReport } from './build-report.ts'
import { contentOf } from './content.ts'
import { describeBuild, type DescribedBuild } from './described-build.ts'
import type { BuildInputs, BuildOutputs } from './inputs.ts'
import { loginsOf } from '../registry/logins.ts'
import { measure } from './measure.ts'
import { planReport } from './plan-report.ts'
import { publish } from './publish.ts'
import { sourceOf } from './source.ts'
import { knownReport, type KnownImage } from './known-report.ts'
import { openWorkplace, type Workplace } from '../registry/workplace.ts'

/** Builds an image, or gives tags to one that was built and found good, or with `dry-run` shows what would be done. */
export const buildImage = async (inputs: BuildInputs, host: ActionHost, signal: AbortSignal): Promise<ActionResult<BuildOutputs>> => {
  const described = describeBuild(inputs, await sourceOf(host, inputs['source-date-epoch']), host)
  for (const notice of described.naming.notices) host.log.notice(notice)
  tellOfCache(described, host)
  const logins = loginsOf(inputs, described.naming.names)
  if (inputs['dry-run']) return dryRun(described, { log: host.log, signal })

  await using workplace = await openWorkplace(host, logins, signal)
  const job: Job = { inputs, described, workplace, host, signal }
  if (inputs.digest !== undefined)
    return await publishKnown(job, { digest: inputs.digest, hash: inputs['content-hash'], push: 'true', outcome: 'tagged' })
  if (inputs.digests !== undefined) {
    const { digest } = await mergeImages(workplace.registry, described.naming.names[0] ?? '', inputs.digests)
    return await publishKnown(job, {
      digest,
      hash: inputs['content-hash'],
      push: inputs.push === 'digest' ? 'digest' : 'true',
      outcome: 'merged',
    })
  }
  const content = await contentOf(inputs, described, workplace.registry, host.log)
  if (content.digest !== undefined)
    return await publishKnown(job, { digest: content.digest, hash: content.hash, push: inputs.push, outcome: 'unchanged' })
  return await buildAnew(job, content.hash)
}

/** BuildKit skips GitHub's cache without a word where there is no token for it. */
const tellOfCache = ({ request: { cache } }: DescribedBuild, { log }: ActionHost): void => {
  const isAsked = [...(cache?.from ?? []), ...(cache?.to ?? [])].some((line) => line.includes('type=gha'))
  if (isAsked && (process.env['ACTIONS_RUNTIME_TOKEN'] ?? '') === '')
    log.notice('The cache `gha` is left out: it needs the token of a job of GitHub Actions, and there is none here.')
}

/** What all ways to a published image work with. */
interface Job {
  readonly inputs: BuildInputs
  readonly described: DescribedBuild
  readonly workplace: Workplace
  readonly host: ActionHost
  readonly signal: AbortSignal
}

const buildAnew = async (job: Job, hash: string | undefined): Promise<ActionResult<BuildOutputs>> => {
  const { inputs, described, workplace, host, signal } = job
  const { naming, request } = described
  const { registry, environment, directory: temporaryDirectory } = workplace
  const started = performance.now()
  const image = await host.log.group(`Build ${naming.references[0] ?? naming.names[0] ?? ''}`, () =>
    build(request, { log: host.log, signal, registry, environment, temporaryDirectory }),
  )
  const size = await measure(image.platforms, inputs.push === 'false' ? [] : described.baselines, registry, host.log)
  requireBudget(size, described.budget)
  if (inputs.push === 'true') await publish({ digest: image.digest, hash }, naming, described.signing, workplace, host, signal)
  return buildReport(described, { ...image, size, hash, tookMs: performance.now() - started, push: inputs.push })
}

const dryRun = async (described: DescribedBuild, ports: BuildPorts): Promise<ActionResult<BuildOutputs>> => {
  const { lines, result } = planReport(described, await planBuild(described.request, { ...ports, mayAsk: false }))
  for (const line of lines) ports.log.info(line)
  return result
}

/** Nothing is built: the image is there. Its tags move, unless that is left to the step after a scan. */
const publishKnown = async ({ described, workplace, host, signal }: Job, known: KnownImage): Promise<ActionResult<BuildOutputs>> => {
  const { naming } = described
  const platforms = await describeRemote(workplace.registry, naming.names[0] ?? '', known.digest)
  const size = await measure(platforms, described.baselines, workplace.registry, host.log)
  requireBudget(size, described.budget)
  if (known.push === 'true') await publish(known, naming, described.signing, workplace, host, signal)
  return knownReport(described, known, size, platforms)
}
