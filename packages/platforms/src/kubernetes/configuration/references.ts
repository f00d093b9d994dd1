import type { Container, EnvVar, PodTemplate } from '../objects/models.ts'

/** A ConfigMap or Secret that a pod template reads. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  /** Pods start without it. */
  readonly optional: boolean
  /** Who reads it: `container shop, variable COLOUR`. */
  readonly by: string
}

type Volume = NonNullable<NonNullable<PodTemplate['spec']>['volumes']>[number]
type EnvSource = NonNullable<Container['envFrom']>[number]
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number]
type Rename = (reference: Reference) => string

/**
 * The template with the references to ConfigMaps and Secrets called by other names: variables, `envFrom`, volumes and projected volumes of
 * containers and init containers. Pull secrets and what storage drivers are given are no configuration of the app, and stay.
 */
export const renamed = (template: PodTemplate, rename: Rename): PodTemplate => {
  if (template.spec === undefined) return template
  const { spec } = template
  return {
    ...template,
    spec: {
      ...spec,
      containers: spec.containers.map((container) => inContainer(container, rename)),
      ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map((container) => inContainer(container, rename)) }),
      ...(spec.volumes !== undefined && { volumes: spec.volumes.map((volume) => inVolume(volume, rename)) }),
    },
  }
}

/** Every reference of a template, each object once, in the order of the template. One reader that needs it makes it needed. */
export const referencesOf = (template: PodTemplate): readonly Reference[] => {
  const found = new Map<string, Reference>()
  renamed(template, (reference) => {
    const key = `${reference.kind}/${reference.name}`
    const known = found.get(key)
    if (known === undefined || (known.optional && !reference.optional)) found.set(key, reference)
    return reference.name
  })
  return [...found.values()]
}

const inContainer = (container: Container, rename: Rename): Container => {
  const { env, envFrom } = container
  const by = `container ${container.name}`
  return {
    ...container,
    ...(env !== undefined && { env: env.map((variable) => inVariable(variable, `${by}, variable ${variable.name}`, rename)) }),
    ...(envFrom !== undefined && { envFrom: envFrom.map((source) => inSource(source, `${by}, envFrom`, rename)) }),
  }
}

const inVariable = (variable: EnvVar, by: string, rename: Rename): EnvVar => {
  const { configMapKeyRef, secretKeyRef, ...others } = variable.valueFrom ?? {}
  if (configMapKeyRef === undefined && secretKeyRef === undefined) return variable
  const valueFrom = {
    ...others,
    ...(configMapKeyRef !== undefined && { configMapKeyRef: named('ConfigMap', configMapKeyRef, by, rename) }),
    ...(secretKeyRef !== undefined && { secretKeyRef: named('Secret', secretKeyRef, by, rename) }),
  }
  return { ...variable, valueFrom }
}

const inSource = (source: EnvSource, by: string, rename: Rename): EnvSource => ({
  ...source,
  ...(source.configMapRef !== undefined && { configMapRef: named('ConfigMap', source.configMapRef, by, rename) }),
  ...(source.secretRef !== undefined && { secretRef: named('Secret', source.secretRef, by, rename) }),
})

const inVolume = (volume: Volume, rename: Rename): Volume => {
  const by = `volume ${volume.name}`
  const { configMap, secret, projected } = volume
  return {
    ...volume,
    ...(configMap !== undefined && { configMap: named('ConfigMap', configMap, by, rename) }),
    ...(secret?.secretName !== undefined && {
      secret: { ...secret, secretName: rename({ kind: 'Secret', name: secret.secretName, optional: secret.optional === true, by }) },
    }),
    ...(projected?.sources !== undefined && {
      projected: { ...projected, sources: projected.sources.map((source) => inProjection(source, by, rename)) },
    }),
  }
}

const inProjection = (source: Projection, by: string, rename: Rename): Projection => ({
  ...source,
  ...(source.configMap !== undefined && { configMap: named('ConfigMap', source.configMap, by, rename) }),
  ...(source.secret !== undefined && { secret: named('Secret', source.secret, by, rename) }),
})

/** A reference without a name means no object (the API allows it for old clients), so it stays as it is. */
const named = <R extends { readonly name?: string; readonly optional?: boolean }>(
  kind: Reference['kind'],
  reference: R,
  by: string,
  rename: Rename,
): R => {
  if (reference.name === undefined || reference.name === '') return reference
  return { ...reference, name: rename({ kind, name: reference.name, optional: reference.optional === true, by }) }
}
