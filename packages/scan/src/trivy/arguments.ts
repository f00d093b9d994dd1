import { mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { parseReference } from '@deploy-kit/image'
import { readLayout } from '@deploy-kit/image/layout'
import type { Subject } from '../subject.ts'

/** What Trivy is told to scan. */
export interface Target {
  readonly argv: readonly string[]
  /** How people call it. */
  readonly name: string
  readonly digest: string | undefined
}

/**
 * The arguments that make Trivy scan a subject and nothing else.
 * @throws KitError `scan-subject-invalid`, `image-layout-invalid`, `image-not-in-layout`, `image-reference-invalid`
 */
export const targetOf = async (subject: Subject, workDirectory: string): Promise<Target> => {
  switch (subject.kind) {
    case 'layout':
      return layoutTarget(subject.directory, subject.digest, workDirectory)
    case 'image': {
      const { digest } = parseReference(subject.reference)
      if (digest === undefined) throw new KitError('scan-subject-invalid', `\`${subject.reference}\` has no digest.`)
      // Only from the registry: a daemon on the machine may hold another image of this name.
      return { argv: ['image', '--image-src', 'remote', subject.reference], name: subject.reference, digest }
    }
    case 'filesystem': {
      const directory = resolve(subject.directory)
      const isThere = await stat(directory).then(
        (found) => found.isDirectory(),
        () => false,
      )
      if (!isThere) throw new KitError('scan-subject-invalid', `\`${subject.directory}\` is not a directory.`)
      return { argv: ['filesystem', directory], name: directory, digest: undefined }
    }
  }
}

/**
 * Trivy is given a view of the layout that holds this one image: older versions take no digest after `--input`, none takes one
 * inside an index, and all split the path at a colon or an @ (pkg/fanal/image/oci.go).
 */
const layoutTarget = async (directory: string, digest: string | undefined, workDirectory: string): Promise<Target> => {
  const image = await readLayout(directory, digest === undefined ? {} : { digest })
  const view = join(workDirectory, 'layout')
  await mkdir(view)
  await symlink(join(resolve(directory), 'blobs'), join(view, 'blobs'), 'junction')
  await writeFile(join(view, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = image.manifest
  const manifest = { mediaType, digest: image.digest, size: image.size }
  await writeFile(join(view, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  return { argv: ['image', '--input', 'layout'], name: `${directory}@${image.digest}`, digest: image.digest }
}
