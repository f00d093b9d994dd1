import { expected, keys, words } from '@deploy-kit/core/yaml'
import type * as z from 'zod'

/** `image.repository`: names with dots between them. A dot within a name is written as `\.`, as helm takes it. */
const valuePath = words.regex(/^[\w-]+(?:(?:\.|\\\.)[\w-]+)*$/, { error: expected('a path of values such as image.tag') })

const values = keys({
  image: valuePath.optional().describe('Value that takes the whole reference, with its digest.'),
  repository: valuePath.optional().describe('Value that takes the repository.'),
  tag: valuePath.optional().describe('Value that takes the tag; with the digest behind it where no value takes the digest alone.'),
  digest: valuePath.optional().describe('Value that takes the digest.'),
}).refine(({ image, tag, digest }) => image !== undefined || tag !== undefined || digest !== undefined, {
  error: 'expected `image`, `tag` or `digest`: without one of them no value would name what is released',
})

/** The part of a configuration that names a Helm release: `helm: { release: shop, chart: ./chart, values: { tag: image.tag } }`. */
export const helmOptions = keys({
  release: words.describe('Name of the Helm release that holds the workload.'),
  chart: words.describe('Chart of the release: a directory, an archive, or `oci://…`.'),
  version: words.optional().describe('Version of a chart that is not a file.'),
  values: values.describe('Values of the chart that name the image.'),
})

export type HelmOptions = z.output<typeof helmOptions>
