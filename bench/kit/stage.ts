import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildVersion } from '../../packages/cli/src/rehearse/build-scene.ts'
import { setStage, type Stage } from '../../packages/cli/src/rehearse/stage.ts'

/** An image that is built. */
export interface Image {
  readonly version: string
  readonly directory: string
}

export interface BenchStage extends AsyncDisposable {
  readonly stage: Stage
  build(version: string, args?: Readonly<Record<string, string>>): Promise<Image>
}

/** An edge of the bundle's own, in a directory that goes with it. `sample` is what images are built from. */
export const setBenchStage = async (sample: string): Promise<BenchStage> => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-kit-bench-'))
  // Whoever builds meanwhile must not change what is measured.
  cpSync('dist', join(folder, 'dist'), { recursive: true })
  const stage = await setStage(join(folder, 'dist'), resolve(sample))
  return {
    stage,
    build: (version, args = {}) =>
      buildVersion(stage, { name: 'good', title: '', expected: '', version, build: { VERSION: version, ...args } }),
    [Symbol.asyncDispose]: async () => {
      await stage[Symbol.asyncDispose]()
      rmSync(stage.directory, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
