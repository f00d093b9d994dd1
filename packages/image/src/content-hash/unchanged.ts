import type { Registry } from '../registry/registry.ts'

/** The tag that an image of this content has in its repository, beside those for people. Of tags, registries can be asked; of labels, not. */
export const contentTag = (hash: string): string => `dk-${hash}`

/**
 * The digest of an image that was made of the same content, when every one of the repositories has it; undefined otherwise. It costs one HEAD for
 * each name.
 * @throws KitError as Registry
 */
export const findUnchanged = async (registry: Registry, names: readonly string[], hash: string): Promise<string | undefined> => {
  const found = await Promise.all(names.map((name) => registry.find(name, contentTag(hash))))
  const digests = new Set(found.map((image) => image?.digest))
  const [digest] = digests
  return digests.size === 1 ? digest : undefined
}
