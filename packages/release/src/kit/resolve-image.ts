import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { parseReference } from '@deploy-kit/image'

/** An image that a platform can be given: where it is, and the digest that is meant. */
export interface ResolvedImage {
  readonly image: string
  readonly digest: string
}

/**
 * The image that the inputs name: a directory with an OCI layout, or a reference with a digest. A tag alone will not do:
 * what runs must be what was scanned and tested.
 * @throws KitError `image-digest-missing`, `image-reference-invalid`, `image-layout-invalid`, `image-not-in-layout`
 */
export const resolveImage = async (image: string, digest: string | undefined, workspace: string): Promise<ResolvedImage> => {
  const directory = resolve(workspace, image)
  if (existsSync(join(directory, 'oci-layout'))) {
    const { readLayout } = await import('@deploy-kit/image/layout')
    const found = await readLayout(directory, digest === undefined ? {} : { digest })
    return { image: directory, digest: found.digest }
  }
  const reference = parseReference(image)
  const meant = digest ?? reference.digest
  if (meant === undefined) {
    throw new KitError(
      'image-digest-missing',
      `\`image\`: \`${image}\` is neither a directory with an OCI layout nor a reference with a digest, and \`digest\` is not given.`,
    )
  }
  return { image, digest: meant }
}
