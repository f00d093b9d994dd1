import type { ActionHost } from '@deploy-kit/core'
import { nameOf, parseTag } from '@deploy-kit/image'
import { contentTag } from '@deploy-kit/image/content-hash'
import { copyImage, moveTags, type Registry } from '@deploy-kit/image/registry'

/**
 * Gives an image that is in the registry its tags: one PUT of the manifest each. This is the moment in which others find the image, so
 * it comes after everything that may find it bad. A name that does not hold the digest yet gets it from the first one.
 * @throws KitError `registry-not-found` and what else the registry says; tags before the one that failed have been moved
 */
export const publishTags = async (
  registry: Registry,
  { names, references }: { readonly names: readonly string[]; readonly references: readonly string[] },
  { digest, hash }: { readonly digest: string; readonly hash: string | undefined },
  host: ActionHost,
): Promise<void> => {
  const [first = ''] = names
  for (const name of names) {
    if (name !== first && (await registry.find(name, digest)) === undefined)
      await copyImage(registry, { from: first, reference: digest, to: name, temporaryDirectory: host.temporaryDirectory })
    const tags = references.map(parseTag).filter((reference) => nameOf(reference) === name)
    // The tag by which the same content is found again comes last: it must not lead to an image that lacks the others.
    const own = hash === undefined ? [] : [contentTag(hash)]
    await moveTags(registry, name, digest, [...tags.map(({ tag }) => tag), ...own])
    for (const { tag } of tags) host.log.info(`${name}:${tag} is ${digest}`)
  }
}
