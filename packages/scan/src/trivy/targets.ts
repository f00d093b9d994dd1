import { copyFile, mkdir, open, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { parseReference } from '@deploy-kit/image'
import { choosePlatforms, formatPlatform, listLayout, type Descriptor } from '@deploy-kit/image/layout'
import type { Subject } from '../subject.ts'

/** One thing that Trivy is told to scan. */
export interface Target {
  /** Subcommand and operands; options go between. */
  readonly command: 'image' | 'filesystem' | 'sbom'
  readonly operands: readonly string[]
  /** How people call it. */
  readonly name: string
  readonly digest: string | undefined
  /** `linux/arm64`, where several images are scanned. */
  readonly platform: string | undefined
}

/** The images of an index in a registry, by platform. */
export type PlatformsOf = (
  reference: string,
  signal: AbortSignal,
) => Promise<readonly { readonly platform: string; readonly digest: string }[]>

export interface TargetOptions {
  /** An empty directory for views of the subject. */
  readonly workDirectory: string
  /** Platforms to scan. Empty: all that there are. */
  readonly platforms: readonly string[]
  readonly platformsOf?: PlatformsOf
  /** How people call a subject that is a path. Default: the path. */
  readonly name?: string
  readonly signal: AbortSignal
}

/**
 * What makes Trivy scan a subject and nothing else: one target for each platform of an image.
 * @throws KitError `scan-subject-invalid`, `image-layout-invalid`, `image-not-in-layout`, `image-reference-invalid`
 */
export const targetsOf = async (subject: Subject, options: TargetOptions): Promise<readonly Target[]> => {
  switch (subject.kind) {
    case 'layout':
      return layoutTargets(subject.directory, subject.digest, options)
    case 'image':
      return imageTargets(subject.reference, options)
    case 'archive':
      return [await archiveTarget(subject.file, options)]
    case 'filesystem':
    case 'configuration': {
      const directory = await existing(subject.directory, 'directory')
      return [
        { command: 'filesystem', operands: [directory], name: options.name ?? subject.directory, digest: undefined, platform: undefined },
      ]
    }
    case 'sbom': {
      const file = await existing(subject.file, 'file')
      return [{ command: 'sbom', operands: [file], name: options.name ?? subject.file, digest: undefined, platform: undefined }]
    }
  }
}

/** Trivy takes linux/amd64 out of an index without a word, so each platform is named, or the digest of each. */
const imageTargets = async (reference: string, { platforms, platformsOf, signal }: TargetOptions): Promise<readonly Target[]> => {
  const { digest } = parseReference(reference)
  if (digest === undefined)
    throw new KitError(
      'scan-subject-invalid',
      `\`${reference}\` is no file or directory here, and as the name of an image it has no digest.`,
    )
  const base = reference.slice(0, reference.indexOf('@'))
  const found = (await platformsOf?.(reference, signal)) ?? []
  if (found.length > 0) {
    const chosen =
      platforms.length === 0
        ? found
        : platforms.map((wanted) => found.find(({ platform }) => platform === wanted) ?? missing(reference, wanted, found))
    return chosen.map((image) => remote(`${base}@${image.digest}`, image.digest, image.platform))
  }
  if (platforms.length === 0) return [remote(reference, digest, undefined)]
  return platforms.map((platform) => remote(reference, digest, platform, ['--platform', platform]))
}

/** Only from the registry: a daemon on the machine may hold another image of this name. */
const remote = (name: string, digest: string, platform: string | undefined, more: readonly string[] = []): Target => ({
  command: 'image',
  operands: ['--image-src', 'remote', ...more, name],
  name,
  digest,
  platform,
})

const missing = (name: string, wanted: string, found: readonly { readonly platform: string }[]): never => {
  throw new KitError(
    'scan-subject-invalid',
    `\`${name}\` has no image for ${wanted}, only for ${found.map(({ platform }) => platform).join(', ')}.`,
  )
}

/**
 * Trivy is given a view of the layout that holds one image: older versions take no digest after `--input`, none takes one
 * inside an index, and all split the path at a colon or an @ (pkg/fanal/image/oci.go).
 */
const layoutTargets = async (directory: string, digest: string | undefined, options: TargetOptions): Promise<readonly Target[]> => {
  const descriptors = await choosePlatforms(directory, await listLayout(directory), digest === undefined ? {} : { digest })
  const images = descriptors.map((descriptor) => ({
    descriptor,
    platform: descriptor.platform === undefined ? 'unknown' : formatPlatform(descriptor.platform),
  }))
  const { platforms, name = directory } = options
  const chosen =
    platforms.length === 0
      ? images
      : platforms.map((wanted) => images.find(({ platform }) => platform === wanted) ?? missing(directory, wanted, images))
  return Promise.all(
    chosen.map(async ({ descriptor, platform }, index) => {
      const isOneOfSeveral = images.length > 1
      // Trivy calls the image by it, in tables and in its report.
      const view = plain(isOneOfSeveral ? `${basename(name)}-${platform === 'unknown' ? index : platform}` : basename(name))
      await writeView(directory, join(options.workDirectory, view), descriptor)
      return {
        command: 'image' as const,
        operands: ['--input', view],
        name: `${name}@${descriptor.digest}`,
        digest: descriptor.digest,
        platform: isOneOfSeveral ? platform : undefined,
      }
    }),
  )
}

/** Without the colon and the @ at which Trivy splits a path, and without separators. */
const plain = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-').replace(/^[-.]+/, '') || 'image'

const writeView = async (directory: string, view: string, descriptor: Descriptor): Promise<void> => {
  await mkdir(view)
  await symlink(join(resolve(directory), 'blobs'), join(view, 'blobs'), 'junction')
  await writeFile(join(view, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const { mediaType, digest, size } = descriptor
  await writeFile(join(view, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size }] }))
}

/** By a link without colon and @, at which Trivy would split the path. */
const archiveTarget = async (file: string, { workDirectory, name = file }: TargetOptions): Promise<Target> => {
  const path = await existing(file, 'file')
  if (await holdsLayoutOnly(path))
    throw new KitError('scan-subject-invalid', `\`${file}\` is an OCI layout in a tar, which Trivy cannot read.`, {
      remedy: 'Unpack it (`mkdir image && tar -xf FILE -C image`) and name the directory, or write the image with `--output type=docker`.',
    })
  // Windows gives links to files to few.
  const link = plain(basename(file))
  await symlink(path, join(workDirectory, link), 'file').catch(() => copyFile(path, join(workDirectory, link)))
  return { command: 'image', operands: ['--input', link], name, digest: undefined, platform: undefined }
}

/** BuildKit's `type=oci` begins with the blobs and has no manifest.json; `type=docker` has both. A tar lists names every 512 bytes. */
const holdsLayoutOnly = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const names = new Set<string>()
    const header = Buffer.alloc(512)
    for (let at = 0; at + 512 <= size;) {
      await file.read(header, 0, 512, at)
      const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '')
      const bytes = Number.parseInt(header.toString('latin1', 124, 136).replace(/\0.*$/s, '').trim(), 8)
      if (name === '' || Number.isNaN(bytes)) break
      names.add(name)
      at += 512 + Math.ceil(bytes / 512) * 512
    }
    return names.has('oci-layout') && !names.has('manifest.json')
  } finally {
    await file.close()
  }
}

const existing = async (path: string, what: 'directory' | 'file'): Promise<string> => {
  const absolute = resolve(path)
  const isThere = await stat(absolute).then(
    (found) => (what === 'directory' ? found.isDirectory() : found.isFile()),
    () => false,
  )
  if (!isThere) throw new KitError('scan-subject-invalid', `\`${path}\` is not a ${what}.`)
  return absolute
}
