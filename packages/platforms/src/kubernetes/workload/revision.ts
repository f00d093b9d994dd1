import { configurationOf, type Release, type Revision } from '@deploy-kit/rollout'
import { ours } from '../objects/labels.ts'
import { containerOf } from './container.ts'
import { isReady, runningDigestOf } from './pods.ts'
import { releaseIn } from './template.ts'
import type { Deployment, Pod } from '../objects/models.ts'

/** What one side runs: what it was told to by its template, and what its ready pods really run. */
export const revisionOf = (deployment: Deployment, pods: readonly Pod[], container: string | undefined): Revision => {
  const ready = pods.filter(isReady)
  const runningDigest = runningDigestOf(ready, containerOf(deployment, container).name)
  return {
    release: releaseOf(deployment, runningDigest, container),
    replicas: deployment.spec?.replicas ?? 1,
    ready: ready.length,
    runningDigest,
  }
}

/** The release that is written beside the template, where Helm writes the template: it counts while its digest is what the template runs. */
export const releaseBeside = (workload: Deployment, container: string | undefined): Release | undefined => {
  const written = workload.metadata?.annotations?.[ours.release]
  const release = written === undefined ? undefined : (JSON.parse(written) as Release)
  return release !== undefined && containerOf(workload, container).image?.endsWith(`@${release.digest}`) === true ? release : undefined
}

/**
 * The release that a template is, as deploy-kit wrote it there. A template whose image somebody else has set since, or that
 * deploy-kit never wrote, is a release that is called by its image: by the digest that runs, so that it can come back as it was.
 */
export const releaseOf = (deployment: Deployment, runningDigest: string | undefined, container: string | undefined): Release => {
  const { image = '' } = containerOf(deployment, container)
  const release = releaseIn(deployment.spec?.template)
  if (release !== undefined && release.image === image) return release
  const beside = releaseBeside(deployment, container)
  if (beside !== undefined) return beside
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? runningDigest ?? ''
  return {
    digest,
    image: image.includes('@') || digest === '' ? image : `${image}@${digest}`,
    environment: {},
    configuration: configurationOf({}),
  }
}
