import { KitError } from '@deploy-kit/core'

export type Metadata = Readonly<Record<string, unknown>>

/**
 * The file of `--metadata-file`. Without a digest in it nothing is known of what was built, so that is no success.
 * @throws KitError `build-failed`
 */
export const readMetadata = (text: string): Metadata => {
  let metadata: unknown
  try {
    metadata = JSON.parse(text)
  } catch {
    metadata = undefined
  }
  if (typeof metadata !== 'object' || metadata === null)
    throw new KitError('build-failed', 'buildx ended well, and wrote no metadata of what it had built.')
  const digest = (metadata as Metadata)['containerimage.digest']
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new KitError('build-failed', `buildx ended well, and its metadata has no digest of an image: ${JSON.stringify(digest)}.`)
  return metadata as Metadata
}

/** What BuildKit's checks of the Dockerfile found, from the same file (`BUILDX_METADATA_WARNINGS`). */
export const warningsIn = (metadata: Metadata): readonly { readonly message: string; readonly line?: number }[] => {
  const warnings = metadata['buildx.build.warnings']
  if (!Array.isArray(warnings)) return []
  return (warnings as readonly Warning[]).flatMap(({ short, url, range }) => {
    const message = typeof short === 'string' ? decoded(short) : ''
    const line = range?.[0]?.start?.line
    return message === '' ? [] : [{ message: url === undefined ? message : `${message} (${url})`, ...(line !== undefined && { line }) }]
  })
}

interface Warning {
  readonly short?: string
  readonly url?: string
  readonly range?: readonly { readonly start?: { readonly line?: number } }[]
}

/** Go writes a byte slice as base64. */
const decoded = (short: string): string => Buffer.from(short, 'base64').toString('utf8')
