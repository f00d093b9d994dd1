import { KitError } from '@deploy-kit/core'

/** The parts of `registry/repository:tag@digest`. A part that is not written is absent; nothing is filled in. */
export interface ImageReference {
  /** Host and port, when the first part of the name is one: `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string | undefined
  /** Path below the registry: `acme/shop`. */
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

const host = /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::\d{1,5})?$/
const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const tagPattern = /^\w[\w.-]{0,127}$/
const digestPattern = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/

/**
 * Parses an image reference by the grammar of github.com/distribution/reference, without its defaults: `shop` stays `shop`.
 * @throws KitError `image-reference-invalid`, naming the part and what is allowed there
 */
export const parseReference = (text: string): ImageReference => {
  const [beforeDigest = '', digest, ...more] = text.split('@')
  if (more.length > 0) throw invalid(text, 'it has more than one `@`')
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(text, `\`${digest}\` is not a digest such as sha256: and 64 lower-case hex digits`)
  }

  // A colon is a port when a slash follows it.
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1)
  const name = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon)
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1)
  const nameFault = faultOfName(name)
  if (nameFault !== undefined) throw invalid(text, nameFault)
  const tagFault = tag === undefined ? undefined : faultOfTag(tag)
  if (tagFault !== undefined) throw invalid(text, tagFault)

  const { registry, path } = splitName(name)
  return { registry, repository: path, tag, digest }
}

/**
 * Parses a reference that must have a tag and no digest, as a build is given.
 * @throws KitError `image-reference-invalid`
 */
export const parseTag = (text: string): ImageReference & { readonly tag: string } => {
  const reference = parseReference(text)
  if (reference.tag === undefined) throw invalid(text, 'it has no tag; write it as name:tag')
  if (reference.digest !== undefined) throw invalid(text, 'a tag to be set cannot have a digest; write it as name:tag')
  return { ...reference, tag: reference.tag }
}

export const isDigest = (text: string): boolean => digestPattern.test(text)

/** `ghcr.io/acme/shop`: registry and repository, no tag, no digest. */
export const nameOf = (reference: ImageReference): string =>
  reference.registry === undefined ? reference.repository : `${reference.registry}/${reference.repository}`

/** The inverse of parseReference. */
export const formatReference = (reference: ImageReference): string => {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${nameOf(reference)}${tag}${digest}`
}

/** The first part is a registry when it looks like a host: a dot, a port, an address, or `localhost`. */
const splitName = (name: string): { registry: string | undefined; path: string } => {
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const isHost = /[.:]/.test(first) || first === 'localhost'
  return isHost ? { registry: first, path: name.slice(slash + 1) } : { registry: undefined, path: name }
}

const faultOfName = (name: string): string | undefined => {
  if (name === '') return 'it has no name'
  if (name.length > 255) return `its name has ${name.length} characters; 255 are allowed`
  const { registry, path } = splitName(name)
  if (registry !== undefined && !host.test(registry)) return `\`${registry}\` is not a host such as ghcr.io or 127.0.0.1:5000`
  if (/[A-Z]/.test(path)) return `\`${path}\` has upper-case letters; registries take \`${path.toLowerCase()}\``
  const wrong = path.split('/').find((part) => !component.test(part))
  if (wrong === undefined) return undefined
  return `\`${wrong}\` is not a part of a name: lower-case letters and digits, separated by one of \`.\`, \`_\`, \`__\` or by dashes`
}

const faultOfTag = (tag: string): string | undefined => {
  if (tagPattern.test(tag)) return undefined
  if (tag === '') return 'its tag is empty'
  if (tag.length > 128) return `its tag has ${tag.length} characters; 128 are allowed`
  if (/^[.-]/.test(tag)) return `its tag \`${tag}\` begins with \`${tag[0]}\`; a letter, a digit or \`_\` is allowed there`
  return `its tag \`${tag}\` has other characters than A-Z a-z 0-9 _ . -`
}

const invalid = (text: string, why: string): KitError =>
  new KitError('image-reference-invalid', `\`${text}\` is not an image reference: ${why}.`)
