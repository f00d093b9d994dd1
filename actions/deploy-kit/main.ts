import { KitError, runs } from '@deploy-kit/core'
import { buildImage, Stages } from '@deploy-kit/release'
import { release } from '../deploy-canary/release.ts'
import { deployKit } from './action.ts'
import { scanStage } from './scan-stage.ts'

export const main = runs(deployKit, async (context) => {
  const { inputs, host, signal } = context
  const stages = new Stages()
  const built =
    inputs.image === undefined
      ? await stages.run('build', () => buildImage({ ...inputs, ...asBuilt, push: byDigest[inputs.push] }, host, signal))
      : undefined
  if (built === undefined) stages.skip('build', 'The image was given.')
  const image = inputs.image ?? built?.outputs.image
  const digest = inputs.digest ?? built?.outputs.digest
  if (image === undefined) throw new KitError('internal-error', 'the build named no image')

  const scanned = await scanStage(stages, { ...inputs, image, digest }, host, signal)
  if (scanned !== undefined && !scanned.ended.ok)
    return { ...scanned.ended, outputs: { image, stages: JSON.stringify(stages.json()) }, summary: stages.summary() }

  if (built !== undefined && inputs.push === 'true' && !inputs['dry-run']) {
    const { digest: known, 'content-hash': hash } = built.outputs
    await stages.run('publish', () =>
      buildImage({ ...inputs, ...asBuilt, digest: known, 'content-hash': hash === '' ? undefined : hash }, host, signal),
    )
  }
  const deployed = await stages.run('deploy', () =>
    release({ ...inputs, ...asScanned, image, digest, 'scan-record': scanned?.record }, context),
  )
  const { plan: _plan, ...outputs } = deployed.outputs
  return { ...deployed, outputs: { ...outputs, image, stages: JSON.stringify(stages.json()) }, summary: stages.summary() }
})

/** The tags move after the scan, so that an image that is found bad has none. */
const byDigest = { false: 'false', digest: 'digest', true: 'digest' } as const

/** Who must have signed the scan, and how old it may be, the configuration says. */
const asScanned = {
  'scan-max-age': undefined,
  'scan-key': undefined,
  'scan-identity': undefined,
  'scan-verify-options': undefined,
} as const

/** The pipeline has no inputs for what only a build on its own needs. */
const asBuilt = {
  digest: undefined,
  digests: undefined,
  'content-hash': undefined,
  load: false,
  provenance: 'false',
  sbom: 'false',
  'build-timeout': 3_600_000,
  output: 'image',
  'source-date-epoch': undefined,
  'dry-run': false,
} as const
