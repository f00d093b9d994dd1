import type { Release } from '@deploy-kit/rollout'
import { ours } from '../objects/labels.ts'
import { containerOf } from './container.ts'
import type { Container, Deployment, EnvVar, PodTemplate } from '../objects/models.ts'

/** The workload's template as a release: its image, its variables over those that are there, and its name for later. */
export const withRelease = (workload: Deployment, release: Release, container: string | undefined): PodTemplate => {
  const { name } = containerOf(workload, container)
  const template = workload.spec?.template ?? {}
  const spec = template.spec ?? { containers: [] }
  return {
    ...template,
    metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [ours.release]: JSON.stringify(release) } },
    spec: { ...spec, containers: spec.containers.map((each) => (each.name === name ? released(each, release) : each)) },
  }
}

const released = (container: Container, { image, environment }: Release): Container => {
  const env = [...(container.env ?? []).filter(({ name }) => !(name in environment)), ...variablesOf(environment)]
  return { ...container, image, ...(env.length > 0 && { env }) }
}

/** The fields of a template that a release sets, and no others: what server-side apply is given for a workload that is somebody else's. */
export const releaseFields = (workload: Deployment, release: Release, container: string | undefined): object => {
  const { name } = containerOf(workload, container)
  const env = variablesOf(release.environment)
  return {
    metadata: { annotations: { [ours.release]: JSON.stringify(release) } },
    spec: { containers: [{ name, image: release.image, ...(env.length > 0 && { env }) }] },
  }
}

const variablesOf = (environment: Release['environment']): EnvVar[] => Object.entries(environment).map(([name, value]) => ({ name, value }))
