import { configurationOf, type Release, type Revision } from '@deploy-kit/rollout'
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

/**
 * The release that a template is, as deploy-kit wrote it there. A template whose image somebody else has set since, or that
 * deploy-kit never wrote, is a release that is called by its image: by the digest that runs, so that it can come back as it was.
 */
export const releaseOf = (deployment: Deployment, runningDigest: string | undefined, container: string | undefined): Release => {
  const { image = '' } = containerOf(deployment, container)
  const release = releaseIn(deployment.spec?.template)
  if (release !== undefined && release.image === image) return release
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? runningDigest ?? ''
  return {
    digest,
    image: image.includes('@') || digest === '' ? image : `${image}@${digest}`,
    environment: {},
    configuration: configurationOf({}),
  }
}
