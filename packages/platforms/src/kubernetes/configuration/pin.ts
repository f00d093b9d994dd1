import { ours } from '../objects/labels.ts'
import type { PodTemplate } from '../objects/models.ts'
import { copyOf, isCopied, type Configuration, type CopyOwner } from './copies.ts'
import { referencesOf, renamed, type Reference } from './references.ts'

/** A template that reads copies, and the copies. */
export interface Pinned {
  readonly template: PodTemplate
  readonly copies: readonly Configuration[]
  /** What the template needs and nobody has: its pods would not start. */
  readonly missing: readonly Reference[]
}

/** Finds the object that a reference means; undefined when there is none. */
export type ConfigurationSource = (reference: Reference) => Promise<Configuration | undefined>

/**
 * The template with copies in place of the ConfigMaps and Secrets that it reads, so that it runs with their content of now whenever it comes
 * back. What is renewed in place is read as before; what is optional and absent stays so.
 */
export const pinned = async (template: PodTemplate, source: ConfigurationSource, owner: CopyOwner): Promise<Pinned> => {
  const plain = unpinned(template)
  const references = referencesOf(plain)
  const found = await Promise.all(references.map(async (reference) => ({ reference, object: await source(reference) })))
  const copies = new Map<string, Configuration>()
  for (const { reference, object } of found)
    if (object !== undefined && isCopied({ ...object, kind: reference.kind }))
      copies.set(keyOf(reference), copyOf(object, reference, owner))
  const names = Object.fromEntries([...copies].map(([key, copy]) => [key, copy.metadata?.name ?? '']))
  return {
    template:
      copies.size === 0
        ? plain
        : withNames(
            renamed(plain, (reference) => names[keyOf(reference)] ?? reference.name),
            names,
          ),
    copies: [...copies.values()],
    missing: found.filter(({ reference, object }) => object === undefined && !reference.optional).map(({ reference }) => reference),
  }
}

/** The template as its owners wrote it, with the names of the objects that copies stand for. */
export const unpinned = (template: PodTemplate): PodTemplate => {
  const names = namesIn(template)
  if (names === undefined) return template
  const originals = new Map(
    Object.entries(names).map(([key, copy]) => [`${key.slice(0, key.indexOf('/'))}/${copy}`, key.slice(key.indexOf('/') + 1)]),
  )
  const { [ours.configuration]: _, ...annotations } = template.metadata?.annotations ?? {}
  const plain = renamed(template, (reference) => originals.get(keyOf(reference)) ?? reference.name)
  return { ...plain, metadata: { ...plain.metadata, annotations } }
}

/** Names of the copies that a template reads, as `ConfigMap/name`. */
export const copiesIn = (template: PodTemplate): readonly string[] =>
  Object.entries(namesIn(template) ?? {}).map(([key, copy]) => `${key.slice(0, key.indexOf('/'))}/${copy}`)

const keyOf = ({ kind, name }: Pick<Reference, 'kind' | 'name'>): string => `${kind}/${name}`

const namesIn = (template: PodTemplate): Readonly<Record<string, string>> | undefined => {
  const written = template.metadata?.annotations?.[ours.configuration]
  return written === undefined ? undefined : (JSON.parse(written) as Readonly<Record<string, string>>)
}

const withNames = (template: PodTemplate, names: Readonly<Record<string, string>>): PodTemplate => ({
  ...template,
  metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [ours.configuration]: JSON.stringify(names) } },
})
