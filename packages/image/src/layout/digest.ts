import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { KitError } from '@deploy-kit/core'

/** The digest of a content, such as `sha256:` and 64 hex digits. */
export const digestOf = (content: Buffer | string, algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`

/** `sha256` of `sha256:…`. */
export const algorithmOf = (digest: string): string => digest.slice(0, digest.indexOf(':'))

/** Where the content of a digest lies in a layout. */
export const blobPath = (layout: string, digest: string): string => join(layout, 'blobs', ...digest.split(':'))

/** A stream that passes everything on and ends in an error when it was not the content that was promised. */
export const verifying = (
  expected: { readonly digest: string; readonly size: number },
  path: string,
  fault: typeof corrupt = corrupt,
): Transform => {
  const algorithm = algorithmOf(expected.digest)
  const hash = createHash(algorithm)
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
    flush(done) {
      const digest = `${algorithm}:${hash.digest('hex')}`
      done(digest === expected.digest && size === expected.size ? null : fault(path, expected, { digest, size }))
    },
  })
}

/** The error for content that is not what its name says. */
export const corrupt = (
  path: string,
  expected: { readonly digest: string; readonly size: number },
  found: { readonly digest: string; readonly size: number },
): KitError =>
  new KitError(
    'image-layout-invalid',
    `\`${path}\` should hold ${expected.size} bytes of ${expected.digest}, and holds ${found.size} bytes of ${found.digest}.`,
  )

/** Hashes what passes through; the digest is known when all of it has. */
export const hashing = (): { readonly through: Transform; digest(): string } => {
  const hash = createHash('sha256')
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  return { through, digest: () => `sha256:${hash.digest('hex')}` }
}
