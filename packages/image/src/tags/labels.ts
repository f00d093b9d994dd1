import type { BuildEvent } from './event.ts'
import { fillIn, type Expressions } from './expressions.ts'

/**
 * The eight standard labels of metadata-action (specs.opencontainers.org/image-spec/annotations/), with those of the user over them, by
 * name. `created` is the time of the commit and not of the build, so that the same commit gives the same image. What is not known is
 * written empty: else the label of the base image would speak for this one.
 * @throws KitError `tag-rule-invalid` for a template that cannot be filled in
 */
export const labelsOf = (
  event: BuildEvent,
  version: string | undefined,
  own: Readonly<Record<string, string>>,
  expressions: Expressions,
): Readonly<Record<string, string>> => {
  const standard = {
    created: new Date(event.commitTime).toISOString(),
    description: event.repository.description,
    licenses: event.repository.license,
    revision: event.sha,
    source: event.repository.url,
    title: event.repository.name,
    url: event.repository.url,
    version: version ?? '',
  }
  const labels = new Map(Object.entries(standard).map(([name, value]) => [`org.opencontainers.image.${name}`, value]))
  for (const [name, value] of Object.entries(own)) labels.set(name, fillIn(value, expressions, `${name}=${value}`))
  return Object.fromEntries([...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Where in an image an annotation can stand (docs.docker.com/build/metadata/annotations/#specify-annotation-level). */
export const annotationLevels = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'] as const
export type AnnotationLevel = (typeof annotationLevels)[number]

/** The annotations as buildx takes them: `manifest:name=value`, or `manifest,index:name=value` for several levels. */
export const annotationArguments = (
  annotations: Readonly<Record<string, string>>,
  levels: readonly AnnotationLevel[] = ['manifest'],
): readonly string[] => Object.entries(annotations).map(([name, value]) => `${levels.join(',')}:${name}=${value}`)
