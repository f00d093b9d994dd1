import type { Platform } from '../../../layout/platform.ts'
import { mediaTypes } from '../../../layout/media-types.ts'
import type { Descriptor, ImageConfiguration, ImageManifest, RunConfiguration } from '../../../layout/schema.ts'
import type { BuildRequest } from '../../build-engine.ts'
import { originKeys, originLabels, timestamp } from '../../origin-labels.ts'
import type { Stage } from '../stages/stage.ts'

/** What this build says: a label of the request wins over one of the Dockerfile, and that over what is known of the origin. */
const saidHere = (request: BuildRequest, stage: Stage): Readonly<Record<string, string>> => {
  const own = Object.entries(stage.configuration.Labels ?? {}).filter(([name]) => stage.ownLabels.has(name))
  return { ...originLabels(request), ...Object.fromEntries(own), ...request.labels }
}

/** The image's configuration, for a target stage whose layers have these digests. */
export const imageConfiguration = (
  request: BuildRequest,
  stage: Stage,
  platform: Platform,
  diffIds: readonly string[],
): ImageConfiguration => ({
  ...platform,
  created: timestamp(request.sourceDateEpoch),
  config: { ...withoutEmpty(stage.configuration), Labels: { ...stage.configuration.Labels, ...saidHere(request, stage) } },
  rootfs: { type: 'layers', diff_ids: diffIds },
  history: stage.history,
})

/** The manifest repeats the origin as annotations, since registries show those. */
export const imageManifest = (request: BuildRequest, stage: Stage, config: Descriptor, layers: readonly Descriptor[]): ImageManifest => {
  const said = Object.entries(saidHere(request, stage)).filter(([name]) => originKeys.has(name))
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers,
    annotations: { ...Object.fromEntries(said), ...request.annotations },
  }
}

/** What index.json says of the image: one entry for each tag, or one without. */
export const indexEntries = (tags: readonly string[], manifest: Descriptor, platform: Platform, refName: string): readonly Descriptor[] => {
  const entry = { ...manifest, platform }
  return tags.length === 0 ? [entry] : tags.map((tag) => ({ ...entry, annotations: { [refName]: tag } }))
}

const withoutEmpty = (config: RunConfiguration): RunConfiguration =>
  Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)),
  )
