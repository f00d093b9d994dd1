import type { ActionHost } from '@deploy-kit/core'
import { nameOf, parseTag } from '@deploy-kit/image'
import { contentTag } from '@deploy-kit/image/content-hash'
import { copyImage, moveTags } from '@deploy-kit/image/registry'
import { declareSubjects } from './declare-subjects.ts'
import type { Naming } from './naming.ts'
import { sign, type Signing } from './sign.ts'
import type { Workplace } from '../registry/workplace.ts'

/** An image that is in the registry under its digest, and shall be found by its tags. */
export interface Publication {
  readonly digest: string
  /** Hash of its content, where it is known. */
  readonly hash: string | undefined
}

/**
 * Signs an image and gives it its tags: one PUT of the manifest each. This is the moment in which others find the image, so it comes after
 * everything that may find it bad, and after the signature. A name that does not hold the digest yet gets it from the first one.
 * @throws KitError `signing-failed`, `registry-not-found` and what else the registry says; tags before the one that failed have been moved
 */
export const publish = async (
  { digest, hash }: Publication,
  { names, references }: Naming,
  signing: Signing | undefined,
  { registry, environment, directory }: Workplace,
  host: ActionHost,
  signal: AbortSignal,
): Promise<void> => {
  const [first = ''] = names
  for (const name of names.filter((other) => other !== first)) {
    if ((await registry.find(name, digest)) === undefined)
      await copyImage(registry, { from: first, reference: digest, to: name, temporaryDirectory: directory })
  }
  if (signing !== undefined) for (const name of names) await sign(`${name}@${digest}`, signing, { log: host.log, signal, environment })
  for (const name of names) {
    const tags = references.map(parseTag).filter((reference) => nameOf(reference) === name)
    // The tag by which the same content is found again comes last: it must not lead to an image that lacks the others.
    const own = hash === undefined ? [] : [contentTag(hash)]
    await moveTags(registry, name, digest, [...tags.map(({ tag }) => tag), ...own])
    for (const { tag } of tags) host.log.info(`${name}:${tag} is ${digest}`)
  }
  declareSubjects(references, digest)
}
