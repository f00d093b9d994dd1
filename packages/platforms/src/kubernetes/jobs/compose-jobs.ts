import type { Release } from '@deploy-kit/rollout'
import type { KubeObject } from '../api/index.ts'
import type { Configuration } from '../configuration/copies.ts'
import type { Reference } from '../configuration/references.ts'
import type { Pinned } from '../configuration/pin.ts'
import type { Container, Deployment, Job, PodTemplate } from '../objects/models.ts'
import { containerOf } from '../workload/container.ts'

/** Jobs as a release runs them, and what their pods read. */
export interface ComposedJobs {
  readonly jobs: readonly Job[]
  readonly copies: readonly Configuration[]
  readonly missing: readonly Reference[]
}

/**
 * Whether an object is work that is done before a release: a Job that is not suspended. What a CronJob does is not the release's affair.
 */
export const isJob = (object: KubeObject): object is Job & KubeObject =>
  object.apiVersion === 'batch/v1' && object.kind === 'Job' && (object as Job).spec?.suspend !== true

/**
 * The Jobs of manifests as they are run: with the released image wherever they name the image of the workload, because a migration belongs to
 * the code that needs it, and with the configuration that the canary reads.
 * @param workload as it stands in the manifests
 */
export const composeJobs = async (
  objects: readonly KubeObject[],
  { workload, container, release }: { readonly workload: Deployment; readonly container: string | undefined; readonly release: Release },
  pin: (template: PodTemplate) => Promise<Pinned>,
): Promise<ComposedJobs> => {
  const repository = repositoryOf(containerOf(workload, container).image)
  const released = (each: Container): Container => (repositoryOf(each.image) === repository ? { ...each, image: release.image } : each)
  const composed = await Promise.all(
    objects.filter(isJob).map(async (job) => {
      const { spec } = job
      const pods = spec?.template.spec
      if (spec === undefined || pods === undefined) return { job, copies: [], missing: [] }
      const template: PodTemplate = {
        ...spec.template,
        spec: {
          ...pods,
          containers: pods.containers.map(released),
          ...(pods.initContainers !== undefined && { initContainers: pods.initContainers.map(released) }),
        },
      }
      const { template: reading, copies, missing } = await pin(template)
      return { job: { ...job, spec: { ...spec, template: reading } }, copies, missing }
    }),
  )
  return {
    jobs: composed.map(({ job }) => job),
    copies: composed.flatMap(({ copies }) => copies),
    missing: composed.flatMap(({ missing }) => missing),
  }
}

/** `ghcr.io/acme/shop` of `ghcr.io/acme/shop:1@sha256:…`. */
const repositoryOf = (image = ''): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
