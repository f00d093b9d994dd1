import type { Release } from '@deploy-kit/rollout'
import type { HelmOptions } from './options.ts'

/**
 * The arguments that give a chart the image of a release. A tag takes the digest with it where no value takes the digest alone: runtimes go by
 * the digest of `name:tag@sha256:…`, and a chart that joins repository and tag with a colon makes just that.
 */
export const imageArguments = (
  { image, digest }: Release,
  { image: whole, repository, tag, digest: alone }: HelmOptions['values'],
): readonly string[] => {
  const [name, given] = split(image)
  const short = digest.slice('sha256:'.length, 'sha256:'.length + 12)
  const values: readonly (readonly [string | undefined, string])[] = [
    [whole, `${name}@${digest}`],
    [repository, name],
    [tag, alone === undefined ? `${given ?? short}@${digest}` : (given ?? short)],
    [alone, digest],
  ]
  return values.flatMap(([path, value]) => (path === undefined ? [] : ['--set-string', `${path}=${value}`]))
}

/** Name and tag of `registry:5000/team/shop:1.2@sha256:…`: a colon before the last slash belongs to a port. */
const split = (image: string): readonly [string, string | undefined] => {
  const name = image.split('@', 1)[0] ?? ''
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? [name.slice(0, colon), name.slice(colon + 1)] : [name, undefined]
}
