import { resolve } from 'node:path'
import type { LayoutChoice } from '../../../layout/choose-image.ts'
import type { Platform } from '../../../layout/platform.ts'
import { readLayout, type LayoutImage } from '../../../layout/read-layout.ts'
import { toldAt, unsupported, type Place } from '../dockerfile/place.ts'

/**
 * The image that FROM or COPY --from names: `oci-layout://path[:tag][@digest]`, or a path that begins with `./`, `../` or `/`.
 * Paths are relative to the context. Anything else is an image in a registry, which this engine does not read.
 * @throws KitError `dockerfile-unsupported`, `image-layout-invalid`, `image-not-in-layout`
 */
export const openBase = async (name: string, context: string, platform: Platform, place: Place): Promise<LayoutImage> => {
  const located = locate(name)
  if (located === undefined) throw unsupported(place, `from \`${name}\`: it reads no registry`)
  try {
    return await readLayout(resolve(context, located.path), { ...located.choice, platform })
  } catch (error) {
    throw toldAt(place, error)
  }
}

const locate = (name: string): { path: string; choice: LayoutChoice } | undefined => {
  if (/^\.{0,2}\//.test(name)) return { path: name, choice: {} }
  const [, written] = /^oci-layout:\/\/(.+)$/.exec(name) ?? []
  if (written === undefined) return undefined
  const at = written.indexOf('@sha')
  const digest = at === -1 ? {} : { digest: written.slice(at + 1) }
  const path = at === -1 ? written : written.slice(0, at)
  const colon = path.indexOf(':')
  return colon === -1 ? { path, choice: digest } : { path: path.slice(0, colon), choice: { ...digest, tag: path.slice(colon + 1) } }
}
