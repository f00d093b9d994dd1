import { KitError } from '@deploy-kit/core'
import { expected, kubernetesYaml, type YamlDocument } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { calledObject, identityOf, type Manifest } from './manifest.ts'
import type { ManifestText } from './sources.ts'

const name = z.string({ error: expected('text') }).min(1, { error: expected('text') })
const textsByName = z.record(z.string(), z.string({ error: expected('text; a number or a boolean needs quotes') }), {
  error: expected('a mapping of names to texts'),
})

const objectSchema = z.looseObject(
  {
    apiVersion: name,
    kind: name,
    metadata: z.looseObject(
      {
        name: z
          .string({
            error: ({ input }) =>
              input === undefined ? 'is missing; `generateName` will not do: a release must find its objects again' : 'expected text',
          })
          .min(1),
        namespace: name.optional(),
        labels: textsByName.nullish(),
        annotations: textsByName.nullish(),
      },
      { error: expected('a mapping with a name') },
    ),
  },
  { error: expected('an object with apiVersion, kind and metadata') },
)

const listSchema = z.looseObject({ kind: z.string().regex(/List$/), items: z.array(z.unknown()) })

/**
 * The objects of YAML texts, in their order: documents, and the items of lists. Empty documents are nothing. An object that names no namespace
 * is in the given one, unless its kind has none, which the server knows.
 * @throws KitError `manifests-invalid` at the file and line of the fault
 */
export const readManifests = (texts: readonly ManifestText[]): readonly Manifest[] => {
  const manifests = texts.flatMap(({ file, text }) =>
    kubernetesYaml(text, file, 'manifests-invalid').flatMap((document) => objectsIn(document, [])),
  )
  const seen = new Map<string, Manifest>()
  for (const manifest of manifests) {
    const other = seen.get(identityOf(manifest.object))
    if (other !== undefined)
      throw new KitError('manifests-invalid', `${calledObject(manifest.object)} is here a second time; it stands at ${other.where} too.`, {
        where: manifest.where,
      })
    seen.set(identityOf(manifest.object), manifest)
  }
  return manifests
}

const objectsIn = (document: YamlDocument, path: readonly PropertyKey[]): readonly Manifest[] => {
  const value = path.length === 0 ? document.value : document.read(z.unknown(), path)
  const list = listSchema.safeParse(value)
  if (list.success) return list.data.items.flatMap((_, index) => objectsIn(document, [...path, 'items', index]))
  return [{ object: document.read(objectSchema, path) as Manifest['object'], where: document.where(path) }]
}
