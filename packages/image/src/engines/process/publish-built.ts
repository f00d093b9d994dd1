import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { refName } from '../../layout/choose-image.ts'
import { describeLayout } from '../../layout/describe-layout.ts'
import { requirePlatforms } from '../require-platforms.ts'
import { publishLayout } from '../../layout/publish-layout.ts'
import { listLayout } from '../../layout/read-layout.ts'
import { storedBytes } from '../../size/sized-image.ts'
import type { BuildRequest, BuiltImage } from '../build-engine.ts'

/** Brings the one image of a layout that an engine wrote to its place, under the tags that were asked for: engines give names of their own. */
export const publishBuilt = async (staged: string, { destination, tags, platforms: wanted }: BuildRequest): Promise<BuiltImage> => {
  if (destination.kind !== 'layout') throw new KitError('internal-error', 'this engine writes a layout')
  const output = resolve(destination.directory)
  const [built] = await listLayout(staged)
  if (built === undefined) throw new KitError('build-failed', 'The engine ended well, and its layout holds no image.')
  const { annotations: _own, ...entry } = built
  const platforms = await describeLayout(staged, entry)
  requirePlatforms(wanted, platforms)
  await publishLayout(staged, output, tags.length === 0 ? [entry] : tags.map((tag) => ({ ...entry, annotations: { [refName]: tag } })))
  return { digest: entry.digest, image: output, tags, platforms, sizeBytes: storedBytes(platforms) }
}
