import type { Release } from '@deploy-kit/rollout'
import { referencesOf } from '../configuration/references.ts'
import { ours } from '../objects/labels.ts'
import { containerOf } from './container.ts'
import type { Container, Deployment, EnvVar, PodTemplate } from '../objects/models.ts'

/**
 * The workload's template as a release: its image, its variables over those that are there, and its name for later. Variables that the
 * release before had set and this one does not are gone.
 */
export const withRelease = (workload: Deployment, release: Release, container: string | undefined): PodTemplate => {
  const { name } = containerOf(workload, container)
  const template = workload.spec?.template ?? {}
  const spec = template.spec ?? { containers: [] }
  const before = Object.keys(releaseIn(template)?.environment ?? {})
  return {
    ...template,
    metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [ours.release]: JSON.stringify(release) } },
    spec: { ...spec, containers: spec.containers.map((each) => (each.name === name ? released(each, release, before) : each)) },
  }
}

/** The release that deploy-kit wrote into a template. */
export const releaseIn = (template: PodTemplate | undefined): Release | undefined => {
  const written = template?.metadata?.annotations?.[ours.release]
  return written === undefined ? undefined : (JSON.parse(written) as Release)
}

const released = (container: Container, { image, environment }: Release, before: readonly string[]): Container => {
  const kept = (container.env ?? []).filter(({ name }) => name in environment || !before.includes(name))
  const known = new Set(kept.map(({ name }) => name))
  const env = [
    // Where it stands, because a variable may name those before it.
    ...kept.map((variable) => (variable.name in environment ? { name: variable.name, value: environment[variable.name] ?? '' } : variable)),
    ...variablesOf(environment).filter(({ name }) => !known.has(name)),
  ]
  const { env: _, ...rest } = container
  return { ...rest, image, ...(env.length > 0 && { env }) }
}

/**
 * The fields of a template that a release of an image sets, and no others: what server-side apply is given for a workload that is somebody
 * else's. They are the image, the variables, the release's name, and which copies of ConfigMaps and Secrets are read.
 */
export const releaseFields = (template: PodTemplate, { environment, image }: Release, container: string): object => {
  const annotations = template.metadata?.annotations ?? {}
  const fieldsOf = (each: Container): readonly object[] => {
    const isReleased = each.name === container
    const env = (each.env ?? []).filter(
      ({ name, valueFrom }) =>
        (isReleased && name in environment) || valueFrom?.configMapKeyRef !== undefined || valueFrom?.secretKeyRef !== undefined,
    )
    // The list of sources is one field to the server.
    const envFrom = each.envFrom ?? []
    if (!isReleased && env.length === 0 && envFrom.length === 0) return []
    return [{ name: each.name, ...(isReleased && { image }), ...(env.length > 0 && { env }), ...(envFrom.length > 0 && { envFrom }) }]
  }
  const containers = (template.spec?.containers ?? []).flatMap(fieldsOf)
  const initContainers = (template.spec?.initContainers ?? []).flatMap(fieldsOf)
  const volumes = (template.spec?.volumes ?? []).flatMap((volume) => {
    if (referencesOf({ spec: { containers: [], volumes: [volume] } }).length === 0) return []
    const { name, configMap, secret, projected } = volume
    return [
      {
        name,
        ...(configMap !== undefined && { configMap: { name: configMap.name } }),
        ...(secret !== undefined && { secret: { secretName: secret.secretName } }),
        ...(projected !== undefined && { projected: { sources: projected.sources } }),
      },
    ]
  })
  return {
    metadata: {
      annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => key === ours.release || key === ours.configuration)),
    },
    spec: { containers, ...(initContainers.length > 0 && { initContainers }), ...(volumes.length > 0 && { volumes }) },
  }
}

const variablesOf = (environment: Release['environment']): EnvVar[] => Object.entries(environment).map(([name, value]) => ({ name, value }))
