import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { BuiltVersion } from './result.ts'
import type { Scene } from './scenes.ts'
import type { Stage } from './stage.ts'

/**
 * Builds the image of a scene with the real action.
 * @throws KitError `tool-failed` with the log of the action
 */
export const buildVersion = async (stage: Stage, { version, build }: Scene): Promise<BuiltVersion & { readonly directory: string }> => {
  const startedAt = performance.now()
  const directory = join(stage.directory, 'images', version)
  const { exitCode, log, outputs } = await stage.start('build-image', `build-${version}`, {
    images: 'shop',
    engine: 'oci',
    tags: version,
    'build-args': Object.entries(build)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    output: directory,
  }).ended
  if (exitCode !== 0) throw new KitError('tool-failed', `build-image ended with status ${exitCode}: ${log}`)
  return {
    version,
    digest: outputs['digest'] ?? '',
    sizeBytes: Number(outputs['size-bytes']),
    tookMs: Math.round(performance.now() - startedAt),
    directory,
  }
}
